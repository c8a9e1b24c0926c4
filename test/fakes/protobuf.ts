/** One field of a message on the wire: numbers as BigInt or as their eight bytes, everything longer as its bytes. */
interface Field {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** A protobuf message, read by field numbers without its schema. */
export class Message {
  readonly #fields: readonly Field[];

  constructor(bytes: Buffer) {
    this.#fields = readFields(bytes);
  }

  messages(number: number): Message[] {
    return this.#all(number).map((value) => new Message(bytesOf(value)));
  }

  message(number: number): Message | null {
    return this.messages(number)[0] ?? null;
  }

  text(number: number): string | null {
    const [value] = this.#all(number);
    return value === undefined ? null : bytesOf(value).toString();
  }

  hex(number: number): string {
    const [value] = this.#all(number);
    return value === undefined ? '' : bytesOf(value).toString('hex');
  }

  /** A whole number, however it is written. */
  whole(number: number): number | null {
    const [value] = this.#all(number);
    if (value === undefined) return null;
    return Number(typeof value === 'bigint' ? BigInt.asIntN(64, value) : value.readBigInt64LE());
  }

  double(number: number): number | null {
    const [value] = this.#all(number);
    return value === undefined ? null : bytesOf(value).readDoubleLE();
  }

  /** A packed list of doubles. */
  doubles(number: number): number[] {
    const bytes = Buffer.concat(this.#all(number).map(bytesOf));
    return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8));
  }

  #all(number: number): (bigint | Buffer)[] {
    return this.#fields.filter((field) => field.number === number).map(({ value }) => value);
  }
}

function bytesOf(value: bigint | Buffer): Buffer {
  if (typeof value === 'bigint') throw new TypeError('a number where bytes were expected');
  return value;
}

function readFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the message ends in a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('the message ends in a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const kind = key & 7;
    const number = key >>> 3;
    if (kind === 0) fields.push({ number, value: varint() });
    else if (kind === 1) fields.push({ number, value: take(8) });
    else if (kind === 2) fields.push({ number, value: take(Number(varint())) });
    else if (kind === 5) fields.push({ number, value: take(4) });
    else throw new RangeError(`there is no wire type ${kind}`);
  }
  return fields;
}
