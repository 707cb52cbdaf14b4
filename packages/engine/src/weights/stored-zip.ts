/**
 * The entries of a ZIP archive that holds its files uncompressed, as `torch.save` writes them.
 *
 * Guarantees: windows on the given bytes, nothing is copied; every size is checked against the bytes before it is used, and all entries together
 * are no longer than the archive. Reads 64-bit sizes. Does not decompress. Refuses encrypted entries, names given twice, archives of several disks.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
 */
import { ValueError } from '../tensor/errors.ts';

const endOfDirectory = 0x06054b50;
const endOfDirectory64 = 0x06064b50;
const locator64 = 0x07064b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
const inExtraField = 0xffffffff;
const longestComment = 0xffff;

function refuse(what: string): never {
  throw new ValueError(`not a PyTorch checkpoint: ${what}`);
}

class Window {
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  check(at: number, length: number): void {
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.view.byteLength) refuse(`truncated: the archive points to byte ${at} of ${this.view.byteLength}`);
  }

  u16(at: number): number {
    this.check(at, 2);
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    this.check(at, 4);
    return this.view.getUint32(at, true);
  }

  u64(at: number): number {
    this.check(at, 8);
    return Number(this.view.getBigUint64(at, true));
  }
}

/** Where the central directory begins and how many entries it has. */
function directory(window: Window): { readonly start: number; readonly count: number } {
  const { byteLength } = window.view;
  for (let at = byteLength - 22; at >= Math.max(0, byteLength - 22 - longestComment); at--) {
    if (window.u32(at) !== endOfDirectory) continue;
    if (at >= 20 && window.u32(at - 20) === locator64) {
      const end = window.u64(at - 20 + 8);
      if (window.u32(end) !== endOfDirectory64) refuse('the 64-bit end of its directory is damaged');
      return { count: window.u64(end + 32), start: window.u64(end + 48) };
    }
    return { count: window.u16(at + 10), start: window.u32(at + 16) };
  }
  return refuse('it is no ZIP archive, or a truncated one');
}

/** Sizes and offset that the 64-bit extra field gives in place of those that did not fit, in this order. */
function wide(window: Window, at: number, length: number, values: readonly number[]): readonly number[] {
  for (let field = at; field + 4 <= at + length; ) {
    const size = window.u16(field + 2);
    if (window.u16(field) === 1) {
      let next = field + 4;
      return values.map((value) => (value === inExtraField ? window.u64((next += 8) - 8) : value));
    }
    field += 4 + size;
  }
  return values;
}

/** Name to content, null for a compressed one. @throws ValueError */
export function storedEntries(bytes: Uint8Array): Map<string, Uint8Array | null> {
  if (bytes.length < 22) refuse(`${bytes.length} bytes are too few`);
  const window = new Window(bytes);
  const { start, count } = directory(window);
  const entries = new Map<string, Uint8Array | null>();
  const decoder = new TextDecoder();
  let at = start;
  let total = 0;
  for (let index = 0; index < count; index++) {
    window.check(at, 46);
    if (window.u32(at) !== directoryEntry) refuse(`entry ${index} of its directory is damaged`);
    const [flags, method] = [window.u16(at + 8), window.u16(at + 10)];
    const [nameLength, extraLength, commentLength] = [window.u16(at + 28), window.u16(at + 30), window.u16(at + 32)];
    window.check(at + 46, nameLength + extraLength + commentLength);
    const name = decoder.decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const [size, packed, offset] = wide(window, at + 46 + nameLength, extraLength, [window.u32(at + 24), window.u32(at + 20), window.u32(at + 42)]) as [number, number, number];
    if (flags & 1) refuse(`'${name}' is encrypted`);
    window.check(offset, 30);
    if (window.u32(offset) !== localEntry) refuse(`the header of '${name}' is damaged`);
    const content = offset + 30 + window.u16(offset + 26) + window.u16(offset + 28);
    window.check(content, packed);
    if (entries.has(name)) refuse(`'${name}' is in it twice`);
    total += packed;
    if (total > bytes.length) refuse('its files overlap');
    entries.set(name, method === 0 && packed === size ? bytes.subarray(content, content + size) : null);
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}
