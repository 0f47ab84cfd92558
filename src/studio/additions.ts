import { counted } from '../platform/counted.js';

/** What was added to a project. */
export interface Added {
  /** Labels of the new ones. */
  readonly classes: readonly string[];
  /** Example ids. */
  readonly clips: readonly string[];
}

export const allAdded = (one: Added, other: Added): Added => ({
  classes: [...one.classes, ...other.classes],
  clips: [...one.clips, ...other.clips],
});

/** Such as `Add “jump” and 10 clips`. */
export function additionTitle({ classes, clips }: Added): string {
  const [label] = classes;
  const parts = [
    ...(classes.length > 1 ? [counted(classes.length, 'class', 'classes')] : label ? [`“${label}”`] : []),
    ...(clips.length > 0 ? [counted(clips.length, 'clip')] : []),
  ];
  return `Add ${parts.join(' and ')}`;
}
