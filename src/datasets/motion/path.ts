/** How far a motion has come at a time, both in [0, 1]. */
export interface Path {
  /** Shares of the clip that pass before it begins and after it ends. */
  readonly restBefore: number;
  readonly restAfter: number;
  /** 1: even speed; above, the speed rises from slow (`ease: 'in'`), falls (`out`) or both (`in-out`). */
  readonly power: number;
  readonly ease: 'in' | 'out' | 'in-out';
}

export const EASES = ['in', 'out', 'in-out'] as const;

export function progressAt(path: Path, time: number): number {
  const moving = 1 - path.restBefore - path.restAfter;
  const share = Math.min(1, Math.max(0, (time - path.restBefore) / moving));
  switch (path.ease) {
    case 'in':
      return share ** path.power;
    case 'out':
      return 1 - (1 - share) ** path.power;
    case 'in-out':
      return share < 0.5 ? 0.5 * (2 * share) ** path.power : 1 - 0.5 * (2 - 2 * share) ** path.power;
  }
}
