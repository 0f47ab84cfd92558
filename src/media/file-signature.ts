import { openRegularFile } from '../platform/regular-file.js';

/**
 * What a file is by its first bytes, whatever its name: a picture that sharp reads, a container or stream
 * that ffmpeg may read, or neither that is known here.
 */
export type FileSignature = 'image' | 'video' | 'unknown';

/** Enough for two packets of an MPEG transport stream, 188 bytes each and 192 on Blu-ray. */
const HEAD_BYTES = 256;

/** @throws what the file system says when the file cannot be read. */
export async function readSignature(path: string): Promise<FileSignature> {
  const file = await openRegularFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return signatureOf(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Texts in Latin-1 and the offsets at which all of them must stand. */
type Marks = ReadonlyArray<readonly [offset: number, text: string]>;

const JPEG: Marks = [[0, '\xff\xd8\xff']];
const PNG: Marks = [[0, '\x89PNG\r\n\x1a\n']];
const GIF: Marks = [[0, 'GIF8']];
const WEBP: Marks = [
  [0, 'RIFF'],
  [8, 'WEBP'],
];
const TIFF: Marks[] = ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'].map((text) => [[0, text]]);
/** ISO files say by their brand whether they hold pictures or films. */
const HEIF_BRANDS = ['avif', 'avis', 'heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1'];
const HEIF: Marks[] = HEIF_BRANDS.map((brand) => [[4, `ftyp${brand}`]]);

const IMAGES: readonly Marks[] = [JPEG, PNG, GIF, WEBP, ...TIFF, ...HEIF];

const ISO_BOXES = ['ftyp', 'moov', 'mdat', 'moof', 'free', 'skip', 'wide', 'pnot', 'styp', 'sidx'];
const ISO: Marks[] = ISO_BOXES.map((box) => [[4, box]]);
const MATROSKA: Marks = [[0, '\x1aE\xdf\xa3']];
const AVI: Marks = [
  [0, 'RIFF'],
  [8, 'AVI '],
];
const ASF: Marks = [[0, '0&\xb2u\x8ef\xcf\x11']];
const MXF: Marks = [[0, '\x06\x0e\x2b\x34']];
const TRANSPORT_STREAMS: Marks[] = [
  [
    [0, 'G'],
    [188, 'G'],
  ],
  [
    [4, 'G'],
    [196, 'G'],
  ],
];
/**
 * MPEG program streams, and raw MPEG, H.264 and H.265 after their start codes: of MPEG, a stream never begins with that
 * of a picture, 0, as icons do.
 */
const isStartCode = (head: string): boolean =>
  ['\0\0\x01', '\0\0\0\x01'].some((code) => head.startsWith(code) && head[code.length] !== '\0');
const OTHERS: Marks[] = ['OggS', 'FLV\x01', '.RMF', 'DKIF', 'YUV4MPEG2'].map((text) => [[0, text]]);

const VIDEOS: readonly Marks[] = [...ISO, ...[MATROSKA, AVI, ASF, MXF], ...TRANSPORT_STREAMS, ...OTHERS];

function signatureOf(head: string): FileSignature {
  const carries = (marks: Marks) => marks.every(([offset, text]) => head.startsWith(text, offset));
  if (IMAGES.some(carries)) return 'image';
  return isStartCode(head) || VIDEOS.some(carries) ? 'video' : 'unknown';
}
