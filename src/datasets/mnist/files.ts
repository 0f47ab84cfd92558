import type { RemoteFile } from '../remote-file.js';

/** The four files of a dataset in MNIST's form. */
export interface MnistFiles<File> {
  readonly trainImages: File;
  readonly trainLabels: File;
  readonly testImages: File;
  readonly testLabels: File;
}

/** Where the files can be fetched, each address ending in a slash, and what they must be. */
export interface RemoteMnist {
  readonly mirrors: readonly string[];
  readonly files: MnistFiles<RemoteFile>;
}

export const FILE_NAMES: MnistFiles<string> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** MNIST itself. The digests make plain http as safe as https: what is not these bytes is not used. */
export const MNIST: RemoteMnist = {
  mirrors: [
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'http://yann.lecun.com/exdb/mnist/',
  ],
  files: {
    trainImages: {
      name: FILE_NAMES.trainImages,
      byteLength: 16 + 60_000 * 28 * 28,
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    trainLabels: {
      name: FILE_NAMES.trainLabels,
      byteLength: 8 + 60_000,
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    testImages: {
      name: FILE_NAMES.testImages,
      byteLength: 16 + 10_000 * 28 * 28,
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    testLabels: {
      name: FILE_NAMES.testLabels,
      byteLength: 8 + 10_000,
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
};

export const filesOf = <File>(files: MnistFiles<File>): File[] => [
  files.trainImages,
  files.trainLabels,
  files.testImages,
  files.testLabels,
];
