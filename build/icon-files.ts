/** One picture in one size, as PNG bytes. */
export interface Picture {
  /** Pixels, as wide as high. */
  readonly size: number;
  readonly png: Buffer;
}

/** The sizes macOS looks for, by the names its icon files give them. */
const ICNS_NAMES: ReadonlyMap<number, readonly string[]> = new Map([
  [16, ['icp4']],
  [32, ['icp5', 'ic11']],
  [64, ['ic12']],
  [128, ['ic07']],
  [256, ['ic08', 'ic13']],
  [512, ['ic09', 'ic14']],
  [1024, ['ic10']],
]);

/** A Windows icon file of those pictures; each is kept as PNG, which Windows has read since Vista. */
export function icoFile(pictures: readonly Picture[]): Buffer {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  pictures.forEach(({ size, png }, index) => {
    const at = 6 + 16 * index;
    // A byte each, in which 0 says 256.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** A macOS icon file of those pictures; sizes that it has no name for are left out. */
export function icnsFile(pictures: readonly Picture[]): Buffer {
  const parts = pictures.flatMap(({ size, png }) =>
    (ICNS_NAMES.get(size) ?? []).map((name) =>
      Buffer.concat([Buffer.from(name, 'latin1'), length(png.length + 8), png]),
    ),
  );
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from('icns', 'latin1'), length(body.length + 8), body]);
}

function length(bytes: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(bytes);
  return field;
}
