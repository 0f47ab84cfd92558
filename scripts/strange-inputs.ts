/**
 * Makes what is no digit, and what is no name, to measure how well a model knows that:
 *
 *     npx tsx scripts/strange-inputs.ts FOLDER [SEED]
 *     npx clipstep evaluate mnist-rows --outliers FOLDER/letters
 *     npx clipstep evaluate names --data DIR --outliers FOLDER/numbers.txt
 *
 * FOLDER/letters has 500 pictures, in the machine's fonts, each with its letter in its name, and FOLDER/noise 200; numbers.txt has 500
 * strings of 4 to 10 digits, strings.txt as many of 4 to 12 letters drawn at random. Another SEED (1 when absent) draws others.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeFolder } from '../src/platform/make-folder.js';
import { random } from '../src/random.js';

const SIDE = 28;
/** Without those that look like a digit, such as O, l and S. */
const LETTERS = [...'ABCDEFGHJKLMNPQRTUVWXYabdefghkmnpqrtwxy'];

const [folder = 'runs/strange-inputs', seedText = '1'] = process.argv.slice(2);
const seed = Number(seedText);
const [letters, noise] = [join(folder, 'letters'), join(folder, 'noise')];
for (const each of [letters, noise]) await makeFolder(each);
const names = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(3, '0'));
for (const name of names(500)) {
  const { letter, svg } = drawLetter(name);
  await sharp(svg)
    .png()
    .toFile(join(letters, `${name}-${letter}.png`));
}
for (const name of names(200)) {
  const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
  await sharp(drawNoise(name), { raw })
    .png()
    .toFile(join(noise, `${name}.png`));
}
await writeTexts('numbers.txt', { characters: [...'0123456789'], longest: 10 });
await writeTexts('strings.txt', { characters: [...'abcdefghijklmnopqrstuvwxyz'], longest: 12 });

async function writeTexts(
  file: string,
  { characters, longest }: { characters: readonly string[]; longest: number },
): Promise<void> {
  const lines = names(500).map((name) => {
    const stream = random(seed, file, name);
    return Array.from({ length: stream.integer(4, longest + 1) }, () => stream.pick(characters)).join('');
  });
  await writeFile(join(folder, file), `${lines.join('\n')}\n`);
}

/** A letter in white on black, as tall as MNIST's digits. */
function drawLetter(name: string): { letter: string; svg: Buffer } {
  const stream = random(seed, 'letter', name);
  const font = stream.pick(['serif', 'sans-serif', 'monospace']);
  const style = `${stream.pick(['normal', 'italic'])} ${stream.pick(['normal', 'bold'])}`;
  const size = 18 + 6 * stream.float();
  const turn = 30 * stream.float() - 15;
  const letter = stream.pick(LETTERS);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">
    <rect width="100%" height="100%"/>
    <text x="14" y="14" dy=".35em" text-anchor="middle" fill="#fff" transform="rotate(${turn} 14 14)"
      style="font: ${style} ${size}px ${font}">${letter}</text></svg>`;
  return { letter, svg: Buffer.from(svg) };
}

/** Every second picture is white at one place of five; the others have all greys. */
function drawNoise(name: string): Uint8Array {
  const stream = random(seed, 'noise', name);
  const isSparse = Number(name) % 2 === 0;
  return Uint8Array.from({ length: SIDE ** 2 }, () => {
    if (!isSparse) return stream.integer(0, 256);
    return stream.float() < 0.2 ? 255 : 0;
  });
}
