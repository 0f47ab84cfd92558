import { state } from './project.js';

/** What to know before a model is trained on the clips that there are. */
export function Warnings() {
  const { warnings } = state.value!.check; // App shows it once there is one
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}
