import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { messageOf, UserError } from '../errors.js';
import { makeFolder } from '../platform/make-folder.js';
import type { TrainEvent } from './train-event.js';

/**
 * Writes every epoch's loss and accuracy as event files for TensorBoard, into the folders train and validation,
 * whose curves it lays over one another. A training that goes on adds files to those before.
 *
 * @returns what is called with each event, and writes those of epochs as they come.
 * @throws UserError `cannot_write`, as what it returns does.
 */
export async function openTensorboard(folder: string): Promise<(event: TrainEvent) => void> {
  // Readers take the files of a folder in the order of their names.
  const name = `events.out.tfevents.${String(Date.now()).padStart(14, '0')}.clipstep`;
  const append = (run: string, event: Uint8Array) =>
    writing(folder, () => appendFileSync(join(folder, run, name), tfRecord(event)));
  for (const run of ['train', 'validation']) {
    await makeFolder(join(folder, run)).catch((cause: unknown) =>
      Promise.reject(cannotWriteEvents(folder, cause)),
    );
    append(run, versionEvent());
  }
  return (event) => {
    if (event.kind !== 'epoch') return;
    const { trainLoss, trainAccuracy, validationLoss, validationAccuracy } = event.record;
    // Another loss, which would be none of the classification's curve.
    if (trainAccuracy === null) {
      append('train', scalarsEvent(event.count, { distillation: trainLoss }));
      return;
    }
    append('train', scalarsEvent(event.count, { loss: trainLoss, accuracy: trainAccuracy }));
    if (validationLoss === null || validationAccuracy === null) return;
    append('validation', scalarsEvent(event.count, { loss: validationLoss, accuracy: validationAccuracy }));
  };
}

function writing(folder: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw cannotWriteEvents(folder, cause);
  }
}

function cannotWriteEvents(folder: string, cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem: `Event files cannot be written into ${folder}: ${messageOf(cause)}.`,
    fix: 'Give --tensorboard a folder that may be written to, on a disk with room.',
    cause,
  });
}

/** Field numbers of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2 };

function newEvent(): BinaryWriter {
  return new BinaryWriter().tag(EVENT.wallTime, WireType.Bit64).double(Date.now() / 1000);
}

function versionEvent(): Uint8Array {
  return newEvent().tag(EVENT.fileVersion, WireType.LengthDelimited).string('brain.Event:2').finish();
}

function scalarsEvent(step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const event = newEvent().tag(EVENT.step, WireType.Varint).int64(step);
  event.tag(EVENT.summary, WireType.LengthDelimited).fork();
  for (const [tag, value] of Object.entries(scalars)) {
    event.tag(SUMMARY.value, WireType.LengthDelimited).fork();
    event.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
    event.tag(VALUE.simpleValue, WireType.Bit32).float(value).join();
  }
  return event.join().finish();
}

/** A record of tensorflow/core/lib/io/record_writer.h: length, its checksum, data, its checksum. */
function tfRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return record;
}

/** TFRecord's mask, so that a checksum of data with checksums in it stays one: rotated, and a constant added. */
function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's polynomial 0x1EDC6F41 (RFC 3720, appendix B.4), its bits reversed. */
const CASTAGNOLI = 0x82f63b78;

/** A bit at a time: an epoch has some hundred bytes. */
function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CASTAGNOLI : 0);
  }
  return ~crc >>> 0;
}
