import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { icnsFile, icoFile } from '../../build/icon-files.ts';

const folder = join(import.meta.dirname, '..', '..', 'build');
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** Where each picture of a Windows icon begins, and how large it says it is. */
function icoEntries(file: Buffer): { readonly size: number; readonly bytes: Buffer }[] {
  return Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index;
    const [length, offset] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
    return { size: file.readUInt8(at) || 256, bytes: file.subarray(offset, offset + length) };
  });
}

/** The named parts of a macOS icon. */
function icnsEntries(file: Buffer): { readonly name: string; readonly bytes: Buffer }[] {
  const entries: { name: string; bytes: Buffer }[] = [];
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4))
    entries.push({
      name: file.toString('latin1', at, at + 4),
      bytes: file.subarray(at + 8, at + file.readUInt32BE(at + 4)),
    });
  return entries;
}

/** The width that a PNG names in its header. */
const widthOf = (png: Buffer): number => png.readUInt32BE(16);

describe('the icon files in the repository', () => {
  it('hold for Windows a PNG of every size they promise', () => {
    for (const name of ['icon.ico', 'tray/running.ico', 'tray/update.ico']) {
      const entries = icoEntries(readFileSync(join(folder, name)));
      expect(entries.length).toBeGreaterThan(4);
      for (const { size, bytes } of entries) {
        expect(bytes.subarray(0, 8)).toEqual(PNG);
        expect(widthOf(bytes)).toBe(size);
      }
    }
  });

  it('hold for macOS a PNG under each name, and their length is true', () => {
    const file = readFileSync(join(folder, 'icon.icns'));
    expect(file.toString('latin1', 0, 4)).toBe('icns');
    expect(file.readUInt32BE(4)).toBe(file.length);
    const entries = icnsEntries(file);
    expect(entries.map(({ name, bytes }) => [name, widthOf(bytes)])).toEqual([
      ['icp4', 16],
      ['icp5', 32],
      ['ic11', 32],
      ['ic12', 64],
      ['ic07', 128],
      ['ic08', 256],
      ['ic13', 256],
      ['ic09', 512],
      ['ic14', 512],
      ['ic10', 1024],
    ]);
  });
});

it('puts pictures one after the other', () => {
  const pictures = [
    { size: 16, png: Buffer.from('one') },
    { size: 256, png: Buffer.from('another') },
  ];
  expect(icoEntries(icoFile(pictures)).map(({ size, bytes }) => [size, bytes.toString()])).toEqual([
    [16, 'one'],
    [256, 'another'],
  ]);
  expect(icnsEntries(icnsFile(pictures)).map(({ name }) => name)).toEqual(['icp4', 'ic08', 'ic13']);
});
