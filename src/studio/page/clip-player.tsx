import { useSignal } from '@preact/signals';
import type { Ref } from 'preact';
import { mediaUrl, stripUrl } from './clip-card.js';

interface Played {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly isFolder: boolean;
}

/** A clip to be watched; where no browser plays what it is, frames of it, and why. */
export function ClipPlayer(props: { clip: Played; isStarted?: boolean; player?: Ref<HTMLVideoElement> }) {
  const { clip, isStarted = false, player = null } = props;
  const isPlayable = useSignal(true);
  const source = mediaUrl(clip);
  const fail = () => {
    isPlayable.value = false;
  };
  if (clip.isFolder) return <Strip clip={clip} why="The clip is a folder of pictures." />;
  if (!isPlayable.value) {
    const why = 'This browser cannot play the clip, but a model reads it like any other.';
    return <Strip clip={clip} why={why} />;
  }
  // An animation is a picture to browsers.
  if (/\.gif$/i.test(clip.name)) return <img class="animation" src={source} alt={clip.name} onError={fail} />;
  return (
    <video ref={player} src={source} controls autoPlay={isStarted} muted loop playsInline onError={fail} />
  );
}

function Strip({ clip, why }: { clip: Played; why: string }) {
  return (
    <figure>
      <img class="whole-strip" src={stripUrl(clip)} alt={`Five frames of ${clip.name}`} />
      <figcaption class="quiet">{why} These are five of its frames.</figcaption>
    </figure>
  );
}
