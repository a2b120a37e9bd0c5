import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Song {
  readonly title: string;
  readonly seconds: number;
  tags?: ReadonlyArray<'quiet' | 'loud' | 'live'>;
}

type Order<T> = (a: T, b: T) => number;

const by = <T, K extends keyof T>(key: K): Order<T> => (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0);

export class Playlist implements Iterable<Song> {
  #songs: Song[] = [];

  constructor(private readonly limitSeconds = 3600) {}

  get seconds(): number {
    return this.#songs.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  add(song: Song): this {
    if (this.seconds + song.seconds > this.limitSeconds) {
      throw new RangeError(`"${song.title}" makes the list longer than ${this.limitSeconds / 60} minutes`);
    }
    this.#songs.push({ ...song, tags: [...new Set(song.tags ?? [])] });
    return this;
  }

  *[Symbol.iterator](): Iterator<Song> {
    yield* [...this.#songs].sort(by('title'));
  }

  static async fromFile(path: string): Promise<Playlist> {
    const list = new Playlist();
    for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
      const match = /^(?<title>.+?)\s+(?<minutes>\d+):(?<rest>[0-5]\d)$/u.exec(line.trim());
      if (!match?.groups) continue;
      list.add({ title: match.groups.title, seconds: Number(match.groups.minutes) * 60 + Number(match.groups.rest) });
    }
    return list;
  }
}
