import { extname } from 'node:path';

/** Whether a file in a folder is by its name one of a sequence's frames, or a clip of its own. */
export const isFrameName = (path: string): boolean => FRAME_EXTENSIONS.has(extname(path).toLowerCase());
export const isClipName = (path: string): boolean => CLIP_EXTENSIONS.has(extname(path).toLowerCase());

/** Whether a file is by its name a picture of a format that is not read. */
export const isUnreadPictureName = (path: string): boolean =>
  UNREAD_EXTENSIONS.has(extname(path).toLowerCase());

/** Of pictures that are not read, for who finds nothing else in a folder. */
const UNREAD_EXTENSIONS = new Set([
  ...[
    '.bmp',
    '.dds',
    '.dpx',
    '.exr',
    '.hdr',
    '.icns',
    '.ico',
    '.j2k',
    '.jls',
    '.jp2',
    '.jpf',
    '.jpx',
    '.jxl',
  ],
  ...['.pbm', '.pcx', '.pgm', '.pnm', '.ppm', '.psd', '.qoi', '.svg', '.tga', '.xcf'],
  // What cameras wrote before it was developed.
  ...['.arw', '.cr2', '.cr3', '.dng', '.nef', '.orf', '.raf', '.rw2'],
]);

/** Files that are the frames of a sequence when they lie in one folder. GIFs are clips of their own. */
const FRAME_EXTENSIONS = new Set([
  '.jpg',
  '.jpeg',
  '.jfif',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.avif',
  '.heic',
  '.heif',
]);

/** Files that are taken for clips when a folder is searched. A file that is named itself is tried whatever its name. */
const CLIP_EXTENSIONS = new Set([
  '.mp4',
  '.m4v',
  '.mov',
  '.qt',
  '.mkv',
  '.webm',
  '.avi',
  '.divx',
  '.mpg',
  '.mpeg',
  '.mpe',
  '.m2v',
  '.vob',
  '.ts',
  '.mts',
  '.m2ts',
  '.flv',
  '.f4v',
  '.wmv',
  '.asf',
  '.ogv',
  '.3gp',
  '.3g2',
  '.mxf',
  '.dv',
  '.rm',
  '.rmvb',
  '.nut',
  '.ivf',
  '.y4m',
  '.h264',
  '.264',
  '.h265',
  '.265',
  '.hevc',
  '.mjpeg',
  '.mjpg',
  '.dav',
  '.wtv',
  '.gif',
  '.apng',
]);
