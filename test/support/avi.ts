/** An AVI with one video track, of one part, as ffmpeg writes small ones, with packets of one byte added. */
export function withFillers(avi: Buffer, options: { after: readonly number[] }): Buffer {
  const movi = avi.indexOf('movi');
  const moviBytes = avi.readUInt32LE(movi - 4);
  const chunks = chunksOf(avi.subarray(movi + 4, movi - 4 + 4 + moviBytes));
  const filled = chunks.flatMap((chunk, index) =>
    options.after.includes(index) ? [chunk, { data: FILLER, isKeyframe: true }] : [chunk],
  );
  const body = Buffer.concat(filled.map(({ data }) => chunk('00dc', data)));
  const head = avi.subarray(12, movi - 8);
  const list = chunk('LIST', Buffer.concat([Buffer.from('movi'), body]));
  const content = Buffer.concat([Buffer.from('AVI '), head, list, chunk('idx1', indexOf(filled))]);
  return chunk('RIFF', content);
}

/** What Xvid fills a late frame's place with. */
const FILLER = Buffer.from([0x7f]);

interface Packet {
  readonly data: Buffer;
  readonly isKeyframe: boolean;
}

function chunksOf(body: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let start = 0; start + 8 <= body.length; ) {
    const bytes = body.readUInt32LE(start + 4);
    packets.push({ data: body.subarray(start + 8, start + 8 + bytes), isKeyframe: packets.length === 0 });
    start += 8 + bytes + (bytes % 2);
  }
  return packets;
}

function indexOf(packets: readonly Packet[]): Buffer {
  let offset = 4;
  return Buffer.concat(
    packets.map(({ data, isKeyframe }) => {
      const entry = Buffer.alloc(16);
      entry.write('00dc', 'latin1');
      entry.writeUInt32LE(isKeyframe ? 0x10 : 0, 4);
      entry.writeUInt32LE(offset, 8);
      entry.writeUInt32LE(data.length, 12);
      offset += 8 + data.length + (data.length % 2);
      return entry;
    }),
  );
}

/** A piece of a RIFF file. */
export function chunk(name: string, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, data, Buffer.alloc(data.length % 2)]);
}
