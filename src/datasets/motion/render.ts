import { random } from '../../random.js';
import type { ClipFormat } from './plan.js';
import { type Pose, poseAt } from './pose.js';
import type { Colour, Scene, Surface } from './scene.js';
import type { Layer } from './shapes.js';
import { paintTexture, sampleTexture, type Texture } from './textures.js';

/**
 * Renders a scene's frames, one at a time, in order or from the last to the first.
 *
 * @returns uint8 RGB [height, width, 3] each; the caller may keep them.
 */
export function* renderFrames(
  scene: Scene,
  options: { format: ClipFormat; reversed: boolean },
): Generator<Uint8Array> {
  const { format, reversed } = options;
  const stage = setStage(scene, format);
  for (let position = 0; position < format.frameCount; position++) {
    yield renderFrame(stage, reversed ? format.frameCount - 1 - position : position);
  }
}

/** What all frames of a clip share. */
interface Stage {
  readonly scene: Scene;
  readonly format: ClipFormat;
  /** Wider than the frame by the drift, on each side. */
  readonly background: Texture;
  readonly main: Texture;
  readonly accent: Texture;
  /** Normal numbers, from which each frame reads at a place of its own. */
  readonly grain: Float32Array;
}

/** float32 RGB [height, width, 3] before light and noise, 1 being white. */
type Canvas = Float32Array;

/** Shapes reach a little farther than their unit circle where they have corners. */
const SHAPE_REACH = 1.25;
const OBJECT_TEXTURE_SIDE = 128;
/** Prime: no multiple of a width, so that repetitions do not line up and are not seen. */
const GRAIN_LENGTH = 16_381;

function setStage(scene: Scene, format: ClipFormat): Stage {
  const longSide = Math.max(format.width, format.height);
  const drift = Math.max(
    Math.abs(scene.disturbance.backgroundDrift.x),
    Math.abs(scene.disturbance.backgroundDrift.y),
  );
  const side = longSide + 2 * Math.ceil(drift * Math.min(format.width, format.height)) + 2;
  const texture = (surface: Surface, purpose: string, textureSide: number) =>
    paintTexture(surface.texture, textureSide, random(scene.seed, 'texture', purpose));
  const grainStream = random(scene.seed, 'grain');
  return {
    scene,
    format,
    background: texture(scene.background, 'background', side),
    main: texture(scene.object.main, 'main', OBJECT_TEXTURE_SIDE),
    accent: texture(scene.object.accent, 'accent', OBJECT_TEXTURE_SIDE),
    grain: Float32Array.from({ length: GRAIN_LENGTH }, () => grainStream.normal()),
  };
}

/** A frame depends on the scene and its number alone, whichever way the clip is played. */
function renderFrame(stage: Stage, number: number): Uint8Array {
  const { scene, format } = stage;
  const pose = poseAt(scene, number / (format.frameCount - 1), Math.min(format.width, format.height));
  const canvas = new Float32Array(format.width * format.height * 3);
  paintBackground(canvas, stage, pose);
  for (const layer of scene.object.shape.layers(pose.opening)) paintLayer(canvas, { stage, pose, layer });
  return develop(canvas, { stage, pose, number });
}

/** The drift's fraction of a pixel is the same all over a frame, so that four weights do for all of it. */
function paintBackground(canvas: Canvas, { format, scene, background }: Stage, pose: Pose): void {
  const { from, by } = blend(scene.background.colours);
  const { side, shares } = background;
  const left = (side - format.width) / 2 - pose.backgroundX;
  const top = (side - format.height) / 2 - pose.backgroundY;
  const right = left - Math.floor(left);
  const below = top - Math.floor(top);
  const weights = [
    (1 - right) * (1 - below),
    right * (1 - below),
    (1 - right) * below,
    right * below,
  ] as const;
  let index = 0;
  for (let row = 0; row < format.height; row++) {
    let at = (Math.floor(top) + row) * side + Math.floor(left);
    for (let column = 0; column < format.width; column++, at++) {
      const share =
        weights[0] * shares[at]! +
        weights[1] * shares[at + 1]! +
        weights[2] * shares[at + side]! +
        weights[3] * shares[at + side + 1]!;
      canvas[index++] = from[0] + by[0] * share;
      canvas[index++] = from[1] + by[1] * share;
      canvas[index++] = from[2] + by[2] * share;
    }
  }
}

function paintLayer(canvas: Canvas, options: { stage: Stage; pose: Pose; layer: Layer }): void {
  const { stage, pose, layer } = options;
  const { width, height } = stage.format;
  const { from, by } = blend(stage.scene.object[layer.colours].colours);
  const texture = stage[layer.colours];
  const centreX = width / 2 + pose.x;
  const centreY = height / 2 + pose.y;
  const reach = pose.radius * SHAPE_REACH;
  const cosine = Math.cos(pose.angle) / pose.radius;
  const sine = Math.sin(pose.angle) / pose.radius;
  const texel = texture.side / (2 * SHAPE_REACH);
  const lastRow = Math.min(height - 1, Math.ceil(centreY + reach));
  const lastColumn = Math.min(width - 1, Math.ceil(centreX + reach));
  for (let row = Math.max(0, Math.floor(centreY - reach)); row <= lastRow; row++) {
    const offsetY = row + 0.5 - centreY;
    for (let column = Math.max(0, Math.floor(centreX - reach)); column <= lastColumn; column++) {
      const offsetX = column + 0.5 - centreX;
      const x = offsetX * cosine + offsetY * sine;
      const y = offsetY * cosine - offsetX * sine;
      // The pixel's share inside the outline, taking the outline as straight there.
      const coverage = Math.min(1, 0.5 - layer.distance(x, y) * pose.radius);
      if (coverage <= 0) continue;
      const share = sampleTexture(texture, (x + SHAPE_REACH) * texel, (y + SHAPE_REACH) * texel);
      const index = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const colour = (from[channel]! + by[channel]! * share) * pose.objectGain;
        canvas[index + channel]! += (colour - canvas[index + channel]!) * coverage;
      }
    }
  }
}

/** Light, flicker and noise, and the step to bytes. */
function develop(canvas: Canvas, options: { stage: Stage; pose: Pose; number: number }): Uint8Array {
  const { stage, pose, number } = options;
  const { width, height } = stage.format;
  const { lightX, lightY, flicker, noiseLevels } = stage.scene.disturbance;
  const stream = random(stage.scene.seed, 'frame', number);
  const gain = 255 * pose.sceneGain * (1 + flicker * stream.normal());
  let grainIndex = stream.integer(0, GRAIN_LENGTH);
  const bytes = new Uint8ClampedArray(canvas.length);
  let index = 0;
  for (let row = 0; row < height; row++) {
    const rowLight = 1 + lightY * ((2 * row) / height - 1);
    for (let column = 0; column < width; column++) {
      const light = gain * (rowLight + lightX * ((2 * column) / width - 1));
      const noise = noiseLevels * stage.grain[grainIndex]!;
      grainIndex = grainIndex + 1 === GRAIN_LENGTH ? 0 : grainIndex + 1;
      bytes[index] = canvas[index]! * light + noise;
      bytes[index + 1] = canvas[index + 1]! * light + noise;
      bytes[index + 2] = canvas[index + 2]! * light + noise;
      index += 3;
    }
  }
  return new Uint8Array(bytes.buffer);
}

function blend([first, second]: readonly [Colour, Colour]): { from: Colour; by: Colour } {
  return { from: first, by: [second[0] - first[0], second[1] - first[1], second[2] - first[2]] };
}
