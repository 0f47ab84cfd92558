import type { RemoteFile } from '../remote-file.js';

/** A dataset that others publish. */
export interface PublishedDataset {
  /** For people: what it is. */
  readonly title: string;
  /** For people: a sentence on what one may do with it. */
  readonly licence: string;
  readonly sources: readonly PublishedSource[];
}

/** A file of an address, or those of a zip. */
export interface PublishedSource {
  readonly address: string;
  readonly files: readonly PublishedFile[];
  /** Most bytes of the zip, where it is one. */
  readonly zip?: { readonly mostBytes: number } | undefined;
}

export interface PublishedFile extends RemoteFile {
  /** Its name in the zip, where it comes in one. */
  readonly entry?: string | undefined;
}

const GITHUB = 'https://raw.githubusercontent.com';

/** By names as `clipstep dataset` has them. The digests say what is fetched, wherever it comes from. */
export const PUBLISHED = {
  names: {
    title: 'surnames of 18 languages, a file for each (PyTorch tutorials, Sean Robertson)',
    licence: 'no licence is stated for the lists; the tutorials are under the BSD 3-Clause licence',
    sources: [
      {
        address: 'https://download.pytorch.org/tutorial/data.zip',
        zip: { mostBytes: 10_000_000 },
        files: namesFiles(),
      },
    ],
  },
  shakespeare: {
    title: "tiny Shakespeare, 1.1 MB of Shakespeare's plays (Andrej Karpathy)",
    licence: 'public domain',
    sources: [
      {
        address: `${GITHUB}/karpathy/char-rnn/master/data/tinyshakespeare/input.txt`,
        files: [
          {
            name: 'shakespeare.txt',
            byteLength: 1_115_394,
            sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
          },
        ],
      },
    ],
  },
  'war-and-peace': {
    title: "Tolstoy's War and Peace in three parts (Project Gutenberg, as github.com/timbmg/RNNLM has it)",
    licence: 'public domain in the United States, by Project Gutenberg',
    sources: warAndPeaceSources(),
  },
  'eng-fra': {
    title: '142,787 sentences in English and French (Tatoeba, by manythings.org, 2017-09-29)',
    licence: 'Creative Commons Attribution 2.0 (CC BY 2.0): name Tatoeba and manythings.org; see _about.txt',
    sources: [
      {
        address: `${GITHUB}/genimind/seq2seq/4f3f8eb0adde54fcc8b89394336b002e7961244c/fra-eng.zip`,
        zip: { mostBytes: 4_000_000 },
        files: [
          {
            entry: 'fra.txt',
            name: 'fra.txt',
            byteLength: 10_009_515,
            sha256: '2546838ae46e0eac4c02ab7032ea0a02a006074a5340077a36a9444f41e02888',
          },
          {
            entry: '_about.txt',
            name: '_about.txt',
            byteLength: 1441,
            sha256: '359011f5738272138286287b44db215d184823911eb049da2160a6ac6933d6c9',
          },
        ],
      },
    ],
  },
} as const satisfies Record<string, PublishedDataset>;

export type PublishedName = keyof typeof PUBLISHED;

function namesFiles(): PublishedFile[] {
  const languages: Readonly<Record<string, readonly [byteLength: number, sha256: string]>> = {
    Arabic: [13190, '6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc'],
    Chinese: [1246, '09ba8f1f7e38dbc99372d461b26ad4433b811fc6bfa6a3ecca6fe11a9a777465'],
    Czech: [3916, 'e17ab0ec47616a72c39cb85c783f70c3663ab64488721e5d8378f146d2226be7'],
    Dutch: [2351, '924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3'],
    English: [27125, '9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2'],
    French: [2178, '81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95'],
    German: [5610, '7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db'],
    Greek: [1981, '3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6'],
    Irish: [1858, 'cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058'],
    Italian: [5657, 'f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4'],
    Japanese: [7622, 'e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f'],
    Korean: [423, 'cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136'],
    Polish: [1165, '45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826'],
    Portuguese: [554, '50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53'],
    Russian: [85168, '0cfe53ac18041e8f63666aa77313e0a3ff378facb132abee052d8ebdc8c3d62c'],
    Scottish: [752, '78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd'],
    Spanish: [2284, '1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7'],
    Vietnamese: [339, 'f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d'],
  };
  return Object.entries(languages).map(([language, [byteLength, sha256]]) => ({
    entry: `data/names/${language}.txt`,
    name: `${language}.txt`,
    byteLength,
    sha256,
  }));
}

function warAndPeaceSources(): PublishedSource[] {
  const folder = `${GITHUB}/timbmg/RNNLM/e26dff5d8f4b5d07ee459f192ee2131923d7584f/data`;
  const files: RemoteFile[] = [
    {
      name: 'wap.train.txt',
      byteLength: 2_281_656,
      sha256: '8ebb39059034fd00517e25fb2d5ca1a75f37d39a156762c51f146ff988f4bd41',
    },
    {
      name: 'wap.valid.txt',
      byteLength: 490_831,
      sha256: 'f07f149651ba86619d97483c35f83841a964486328ca43e2a92877426a6d6a1e',
    },
    {
      name: 'wap.test.txt',
      byteLength: 504_362,
      sha256: 'bdf3aada8ee2f91b2988a616fa25414d846fda6855749023016954739b6689d8',
    },
  ];
  return files.map((file) => ({ address: `${folder}/${file.name}`, files: [file] }));
}
