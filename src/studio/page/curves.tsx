import type { EpochPoint } from '../messages.js';
import { Chart, type Line } from './chart.js';

/** How the error of each network fell: networks of one model are trained one after the other, each from its first epoch. */
export function Curves({ epochs }: { epochs: readonly EpochPoint[] }) {
  const names = [...new Set(epochs.map(({ network }) => network))];
  if (names.length === 0) return null;
  const networks = names.map((name) => ({ name, own: epochs.filter(({ network }) => network === name) }));
  const longest = networks.reduce((most, { own }) => Math.max(most, own.length), 0);
  return (
    <>
      <Chart
        summary={networks.map(summaryOf).join(' ')}
        xName="Epoch"
        yName="Error"
        x={Array.from({ length: longest }, (_, index) => index + 1)}
        lines={networks.flatMap((network, index) => linesOf(network, { index, longest }))}
      />
      {names.length > 1 && (
        <p class="quiet">
          The model has {names.length} networks, each of which learns by itself. Dashed: the error on clips
          set aside.
        </p>
      )}
    </>
  );
}

interface Network {
  readonly name: string;
  readonly own: readonly EpochPoint[];
}

function summaryOf({ name, own }: Network): string {
  const { trainLoss, validationLoss } = own.at(-1)!; // it was named by an epoch
  const aside = validationLoss === null ? '' : `, ${validationLoss.toFixed(2)} on clips set aside`;
  return `${capital(name ? `${name}: error` : 'error')} after ${own.length} epochs: ${trainLoss.toFixed(2)} on clips to learn from${aside}.`;
}

/** Two lines in one colour: what it learns from, and what it does not. */
function linesOf({ name, own }: Network, { index, longest }: { index: number; longest: number }): Line[] {
  const rest = Array.from({ length: longest - own.length }, () => null);
  const learned = {
    name: capital(name || 'clips to learn from'),
    values: [...own.map(({ trainLoss }) => trainLoss), ...rest],
    colour: index,
  };
  const aside = {
    name: capital(name ? `${name} (set aside)` : 'clips set aside'),
    values: [...own.map(({ validationLoss }) => validationLoss), ...rest],
    colour: index,
    isDashed: true,
  };
  return own.some(({ validationLoss }) => validationLoss !== null) ? [learned, aside] : [learned];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
