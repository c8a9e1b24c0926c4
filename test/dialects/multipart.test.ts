import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MultipartJudge, boundaryOf } from '../../src/main/dialects/multipart.ts';

const part = (headers: string, content = 'x'): string => `--B\r\n${headers}\r\n\r\n${content}\r\n`;
const field = (name: string, content?: string): string =>
  part(`Content-Disposition: form-data; name="${name}"`, content);
const FILE = part(
  'Content-Disposition: form-data; name="file"; filename="speech.mp3"\r\nContent-Type: audio/mpeg',
  '\0\u0001--b\r\n-B\r\n\r\n--',
);
const END = '--B--\r\n';

interface Walk {
  readonly sent: string;
  readonly refusal: string | null;
  readonly model: string | null;
}

/** Walks over a form in pieces of a size; `rename` says as what its model goes up. */
function walk(form: string, size = form.length, rename = (model: string): string => model): Walk {
  const judge = new MultipartJudge('B');
  const bytes = Buffer.from(form, 'latin1');
  let sent = '';
  for (let at = 0; at < bytes.length; at += size) {
    sent += judge.push(bytes.subarray(at, at + size)).toString('latin1');
    if (!judge.asks) continue;
    expect(judge.push(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
    sent += judge.named(rename(judge.model ?? '')).toString('latin1');
  }
  sent += judge.end().toString('latin1');
  return {
    sent,
    refusal: judge.refusal === null ? null : `${judge.refusal.code}: ${judge.refusal.message}`,
    model: judge.model,
  };
}

describe('an honest form passes byte for byte', () => {
  const form = field('model', 'gpt-4o-transcribe') + FILE + field('language', '') + END;

  test.each([1, 2, 3, 7, 64, 10_000])('in pieces of %i bytes', (size) => {
    expect(walk(form, size)).toEqual({ sent: form, refusal: null, model: 'gpt-4o-transcribe' });
  });

  test('whatever its contents', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('\r', '\n', '-', 'b', 'x', '\0'), maxLength: 12 })),
        fc.integer({ min: 1, max: 9 }),
        (contents, size) => {
          const all = contents.map((content, index) => field(`f${index}`, content)).join('') + END;
          expect(walk(all, size)).toMatchObject({ sent: all, refusal: null });
        },
      ),
    );
  });
});

describe('a model', () => {
  const renamed = (model: string): string => `${model}-2026`;

  test.each([1, 2, 3, 7, 64, 10_000])('gets another name in its place, in pieces of %i bytes', (size) => {
    for (const around of [
      (model: string) => field('model', model) + FILE + field('language', 'de') + END,
      (model: string) => FILE + field('prompt', 'a\r\nmodel') + field('model', model) + END,
    ])
      expect(walk(around('whisper-1'), size, renamed)).toEqual({
        sent: around('whisper-1-2026'),
        refusal: null,
        model: 'whisper-1',
      });
  });

  test.each(['', 'x', 'a-much-longer-name-than-before'])('may become "%s"', (name) => {
    expect(walk(field('model', 'm') + END, 3, () => name).sent).toBe(field('model', name) + END);
  });

  test('that is empty is none', () => {
    expect(walk(field('model', '') + FILE + END, 5, renamed)).toEqual({
      sent: field('model', '') + FILE + END,
      refusal: null,
      model: null,
    });
  });

  test.each([
    'Content-Disposition: form-data; name=model',
    'content-disposition: form-data; name="model"\r\nContent-Type: text/plain; charset=ISO-8859-1',
    'Content-Disposition: form-data; name="model"\r\nContent-Transfer-Encoding: 8bit',
  ])('of a plain part is read: %s', (headers) => {
    expect(walk(part(headers, 'm') + END, 4, renamed)).toMatchObject({
      sent: part(headers, 'm-2026') + END,
      model: 'm',
    });
  });

  test.each<[string, string]>([
    ['is named twice', field('model', 'a') + field('model', 'a')],
    ['is named twice in other letters', field('model', 'a') + field('Model', 'b')],
    ['is named in other letters', field('MODEL', 'a')],
    ['is a list', field('model[]', 'a')],
    ['is named in another spelling', field('mod%65l', 'a')],
    ['is a file', part('Content-Disposition: form-data; name="model"; filename="m.txt"', 'a')],
    ['is coded', part('Content-Disposition: form-data; name="model"\r\nContent-Transfer-Encoding: base64', 'Z3B0LTRv')],
    [
      'is in another charset',
      part('Content-Disposition: form-data; name="model"\r\nContent-Type: text/plain; charset=utf-7', 'a'),
    ],
    [
      'is in letters of another kind',
      part('Content-Disposition: form-data; name="model"\r\nContent-Type: text/plain; charset=cp037', 'a'),
    ],
    ['has a long name', field('model', 'm'.repeat(257))],
    ['has a name without an end', field('model', 'm'.repeat(100_000))],
    ['has a name in letters that charsets tell apart', field('model', 'm\u00e9')],
  ])('that %s is refused, and does not go on', (_, form) => {
    for (const size of [1, 9, 100_000]) {
      const { sent, refusal } = walk(field('first') + form + END, size);
      expect(refusal).toMatch(/^form_invalid: .*model/);
      expect(sent).not.toContain('mmm');
    }
  });

  test('of 256 letters has none too many', () => {
    for (const size of [1, 9, 1000])
      expect(walk(field('model', 'm'.repeat(256)) + END, size)).toMatchObject({
        refusal: null,
        model: 'm'.repeat(256),
      });
  });
});

describe('a part named after a policed member is refused, and nothing of it goes on', () => {
  test.each([
    'Content-Disposition: form-data; name="service_tier"',
    'Content-Disposition: form-data; name=service_tier',
    'content-disposition:form-data;name="Service_Tier"',
    'Content-Disposition: form-data; name="service_t\u0069er"',
    'Content-Disposition: form-data; name="service%5Ftier"',
    'Content-Disposition: form-data; name="service\\_tier"',
    "Content-Disposition: form-data; name*=utf-8''service%5ftier",
    'Content-Disposition: form-data; name="file"; name="service_tier"',
    'Content-Disposition: form-data; name="service_tier[]"',
    'Content-Disposition: form-data; name="x"\r\nX-Name: service_tier',
    'Content-Disposition: form-data; name="speed"',
    'Content-Disposition: form-data; name="Speed"',
    'Content-Disposition: form-data; name="service_tier"; filename="a"',
  ])('%s', (headers) => {
    for (const size of [1, 5, 1000]) {
      const { sent, refusal } = walk(field('a') + part(headers, 'priority') + END, size);
      expect(refusal).toMatch(/^part_policed: /);
      expect(sent).not.toContain('priority');
      expect(sent.toLowerCase()).not.toContain('tier');
    }
  });

  test('but a file may be called after speed', () => {
    expect(walk(part('Content-Disposition: form-data; name="file"; filename="speed.mp3"') + END).refusal).toBeNull();
  });
});

describe('what readers of forms take differently is refused', () => {
  const policed = 'Content-Disposition: form-data; name="service_tier"\r\n\r\npriority';
  test.each([
    ['a boundary after a bare line feed', field('a', `x\n--B\r\n${policed}`)],
    ['a boundary after a bare carriage return', field('a', `x\r--B\r\n${policed}`)],
    ['a boundary in the middle of a line', field('a', `x--B\r\n${policed}`)],
    ['a boundary with a tail', field('a', `x\r\n--Bx\r\n${policed}`)],
    ['a boundary followed by blanks', field('a', `x\r\n--B \r\n${policed}`)],
    ['a boundary followed by a bare line feed', field('a', `x\r\n--B\n${policed}`)],
    ['something before the first boundary', `preamble\r\n${field('a')}`],
    ['a part without a name', part('Content-Disposition: form-data')],
    ['a part with two names', part('Content-Disposition: form-data; name="a"; name="b"')],
    [
      'a part with two dispositions',
      part('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"'),
    ],
    ['a part with a folded header', part('Content-Disposition: form-data;\r\n name="a"')],
    ['headers that end with bare line feeds', '--B\r\nContent-Disposition: form-data; name="a"\n\nx\r\n'],
    ['headers without an end', `--B\r\nX: ${'x'.repeat(20_000)}`],
    ['too many parts', field('a').repeat(1001)],
  ])('%s', (_, form) => {
    for (const size of [1, 9, 100_000]) {
      const { sent, refusal } = walk(form + END, size);
      expect(refusal).toMatch(/^(?:form_invalid|part_policed): /);
      expect(sent).not.toContain('priority');
    }
  });

  test('something after the end', () => {
    expect(walk(field('a') + END + field('service_tier'))).toMatchObject({
      refusal: expect.stringContaining('form_invalid') as string,
    });
  });

  test('no end at all', () => {
    expect(walk(field('a'))).toMatchObject({ refusal: expect.stringContaining('no closing boundary') as string });
    expect(walk('')).toMatchObject({ refusal: expect.stringContaining('form_invalid') as string });
  });
});

describe('the boundary', () => {
  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; Boundary="a b"', null],
    ['multipart/form-data; boundary="abc"', 'abc'],
    ['multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW', '----WebKitFormBoundary7MA4YWxkTrZu0gW'],
    ['multipart/form-data', null],
    ['multipart/form-data; boundary=', null],
    ['multipart/form-data; boundary=a; boundary=b', null],
    ["multipart/form-data; boundary=a; boundary*=utf-8''b", null],
    ['multipart/form-data; boundary=a; charset=utf-7', null],
    ['multipart/mixed; boundary=a', null],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, null],
  ])('%s', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });
});
