const SECONDS = { second: 1, minute: 60, hour: 3600 } as const;

/** How often something is done, by the unit in which that is at least one: `2.5 a second`, `12 a minute`. */
export function rateText(perSecond: number): string {
  const unit = perSecond >= 1 ? 'second' : perSecond * SECONDS.minute >= 1 ? 'minute' : 'hour';
  const rate = perSecond * SECONDS[unit];
  return `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ${unit === 'hour' ? 'an' : 'a'} ${unit}`;
}
