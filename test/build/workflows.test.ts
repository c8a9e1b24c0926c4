import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

/** A workflow is run by others and far away, so what it names must at least be here. */
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

describe.each(workflows)('%s', (_name, text) => {
  it('runs only scripts that there are', () => {
    const scripts = [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script]) => script);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script ?? ''))).toEqual([]);
  });

  it('names only tests and files that there are', () => {
    const tests = [...text.matchAll(/(?<=\s)test\/e2e\/(\w+)/g)].map(([, start = '']) => start);
    const files = readdirSync(join(root, 'test', 'e2e'));
    expect(tests.filter((start) => !files.some((file) => file.startsWith(start)))).toEqual([]);
    const projects = [...text.matchAll(/--project (\w+)/g)].map(([, project = '']) => project);
    const config = readFileSync(join(root, 'vitest.config.ts'), 'utf8');
    expect(projects.filter((project) => !config.includes(`name: '${project}'`))).toEqual([]);
    for (const [, file = ''] of text.matchAll(/bash (\S+)/g)) expect(existsSync(join(root, file))).toBe(true);
  });

  it('may write nothing unless a job says so', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
  });

  it('uses actions of a named version', () => {
    for (const [, action = ''] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/^actions\/[\w-]+@v\d+$/);
  });
});
