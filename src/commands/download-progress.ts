/** Shows on stderr how much of a pretrained model has come, as a training's progress is shown. */
export interface DownloadProgress {
  readonly onReceived: (bytes: number) => void;
  readonly stop: () => void;
}

/** What draws it is loaded when something comes, which it seldom does. */
export function downloadProgress(fileName: string): DownloadProgress {
  let progress: Promise<ReturnType<typeof import('./training-progress.js')['trainingProgress']>> | null =
    null;
  let isOver = false;
  return {
    onReceived: (receivedBytes) => {
      progress ??= import('./training-progress.js').then(({ trainingProgress }) => trainingProgress());
      void progress.then(({ show }) => {
        if (!isOver) show({ kind: 'downloading', fileName, receivedBytes, totalBytes: null });
      });
    },
    stop: () => {
      isOver = true;
      void progress?.then(({ stop }) => stop());
    },
  };
}
