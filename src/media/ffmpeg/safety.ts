/** Largest frame that is decoded: 50 megapixels, above any camera's video and 200 MB as 8-bit RGBA. */
export const MAX_PIXELS = 50_000_000;

const MP4 = 'mov,mp4,m4a,3gp,3g2,mj2';

/**
 * The containers and raw streams that may be opened: those that hold their video themselves. What points to
 * other files or addresses is left out whatever its name: playlists (hls, dash, concat, imf, sdp), image
 * patterns (image2), scripts (avisynth, vapoursynth, lavfi), devices, and the containers of which one file
 * leads to the next (mlv, vobsub). Still images and animations are read by sharp instead. Sound is on the
 * list so that it is told apart from what is not media at all.
 * Names that an ffmpeg does not know are ignored by it.
 */
const CONTAINERS = [
  MP4,
  'matroska,webm',
  ...[
    'avi',
    'mpegts',
    'mpeg',
    'mpegvideo',
    'flv',
    'live_flv',
    'kux',
    'asf',
    'asf_o',
    'wtv',
    'ogg',
    'nut',
    'mxf',
  ],
  ...[
    'gxf',
    'dv',
    'rm',
    'ivr',
    'swf',
    'nuv',
    'nsv',
    'pva',
    'ty',
    'dhav',
    'lxf',
    'r3d',
    'ivf',
    'mjpeg',
    'm4v',
  ],
  ...[
    'h261',
    'h263',
    'h264',
    'hevc',
    'vvc',
    'vc1',
    'vc1test',
    'av1',
    'obu',
    'cavsvideo',
    'avs2',
    'avs3',
    'dirac',
  ],
  ...[
    'dnxhd',
    'yuv4mpegpipe',
    'smjpeg',
    'mpjpeg',
    'mjpeg_2000',
    'apng',
    'png_pipe',
    'vividas',
    'vivo',
    'moflex',
    'ipu',
    'flic',
  ],
  ...['mp3', 'wav', 'w64', 'flac', 'aac', 'ac3', 'aiff', 'caf', 'amr'],
  ...[
    'bink',
    'smk',
    'roq',
    'film_cpk',
    'thp',
    'ea',
    'idcin',
    '4xm',
    'wsvqa',
    'wc3movie',
    'vmd',
    'cine',
    'ser',
  ],
];

/**
 * Options before the input that ffmpeg and ffprobe share. A list of protocols alone is no defence: a playlist
 * that is named .mp4 would still read other local files.
 */
const SAFE_INPUT_OPTIONS: readonly string[] = limited('file', CONTAINERS.join(','));

/** @param demuxer which one is to read the file; the one that ffmpeg finds when absent. */
export const safeInputOptions = (demuxer?: string): readonly string[] =>
  demuxer === undefined ? SAFE_INPUT_OPTIONS : [...SAFE_INPUT_OPTIONS, '-f', demuxer];

/** The same where ffmpeg reads an MP4 from a pipe, which the list of protocols keeps from opening any file. */
export const SAFE_PIPE_OPTIONS: readonly string[] = limited('pipe', MP4);

/** The same for whatever else comes through a pipe. */
export const safePipeOptions = (demuxer?: string): readonly string[] => [
  ...limited('pipe', CONTAINERS.join(',')),
  ...(demuxer === undefined ? [] : ['-f', demuxer]),
];

function limited(protocol: string, containers: string): string[] {
  return [
    ...['-protocol_whitelist', protocol],
    ...['-format_whitelist', containers],
    ...['-max_pixels', String(MAX_PIXELS)],
  ];
}
