import { type FSWatcher, chmodSync, mkdirSync, readFileSync, watch } from 'node:fs';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { TiergateError } from '../../shared/errors.ts';
import { problemsOf, problemsText } from '../../shared/problem.ts';
import { say } from '../../shared/sentences.ts';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema, newerVersion } from '../../shared/settings.ts';

/** Which document the settings in force come from. */
type SettingsSource = 'settings' | 'last-good' | 'default';

/** The settings in force and what is wrong with the file, if anything is. */
export interface SettingsState {
  readonly settings: Settings;
  readonly source: SettingsSource;
  readonly problem: string | null;
}

/**
 * The settings file: validated, written atomically, watched. A broken file never comes into force: the last good one
 * stays, on disk too, so that it outlives a restart.
 */
export class SettingsStore {
  readonly #file: string;
  readonly #lastGoodFile: string;
  readonly #brokenFile: string;
  readonly #listeners = new Set<(state: SettingsState) => void>();
  #watcher: FSWatcher | null = null;
  #state: SettingsState;
  /** The text that the state was made from, to tell an outside change from our own. */
  #text: string | null;
  /** True while the file cannot be read, so that the same text counts again once it can. */
  #isClosed = false;
  #saving: Promise<unknown> = Promise.resolve();

  private constructor(home: string) {
    this.#file = join(home, 'settings.json');
    this.#lastGoodFile = join(home, 'settings.last-good.json');
    this.#brokenFile = join(home, 'settings.broken.json');
    this.#text = readText(this.#file);
    this.#state = this.#firstState();
  }

  /** Reads the settings of a data folder, which is made if need be; throws `home_unusable` or `settings_newer`. */
  static open(home: string): SettingsStore {
    try {
      mkdirSync(home, { recursive: true, mode: 0o700 });
      chmodSync(home, 0o700);
      return new SettingsStore(home);
    } catch (cause) {
      if (cause instanceof TiergateError) throw cause;
      throw new TiergateError('home_unusable', cause instanceof Error ? cause.message : home, { cause });
    }
  }

  get state(): SettingsState {
    return this.#state;
  }

  get current(): Settings {
    return this.#state.settings;
  }

  /** True until the file has been written for the first time. */
  get isNew(): boolean {
    return this.#text === null;
  }

  /** Calls back after every change, also of the problem alone; returns the function that ends that. */
  onChange(listener: (state: SettingsState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows changes that other programs make to the file. */
  watch(): void {
    // The folder and not the file: editors and we ourselves replace the file, which ends a watch on it.
    this.#watcher ??= watch(join(this.#file, '..'), { persistent: false }, (_, name) => {
      if (name === null || name === basename(this.#file)) this.#reload();
    });
    this.#watcher.on('error', () => undefined);
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#listeners.clear();
  }

  /**
   * Changes the settings and writes them. They are in force when this resolves; changes come one after the other, so that
   * none is lost. Throws `settings_invalid` or `settings_unwritable`, and then nothing has changed.
   */
  async change(edit: (settings: Settings) => unknown): Promise<Settings> {
    const change = this.#saving.then(async () => {
      refuseNewer(this.#text);
      const settings = parse(edit(this.current));
      const text = `${JSON.stringify(settings, null, 2)}\n`;
      const before = this.#text;
      // Somebody's half-edited file is about to be replaced by what is in force: it is kept beside.
      if (this.#state.problem !== null && before !== null)
        await writeFileAtomic(this.#brokenFile, before, { mode: 0o600 }).catch(() => undefined);
      // First, so that the watch does not take our own write for somebody else's.
      this.#text = text;
      try {
        await writeFileAtomic(this.#file, text, { mode: 0o600 });
      } catch (cause) {
        this.#text = before;
        throw new TiergateError('settings_unwritable', cause instanceof Error ? cause.message : '', { cause });
      }
      await this.#keep(text);
      this.#become({ settings, source: 'settings', problem: null });
      return settings;
    });
    this.#saving = change.catch(() => undefined);
    return change;
  }

  #firstState(): SettingsState {
    if (this.#text === null) return { settings: DEFAULT_SETTINGS, source: 'default', problem: null };
    refuseNewer(this.#text);
    const parsed = tryParse(this.#text);
    if ('settings' in parsed) {
      void this.#keep(this.#text);
      return { settings: parsed.settings, source: 'settings', problem: null };
    }
    const kept = readText(this.#lastGoodFile);
    const lastGood = kept === null ? null : tryParse(kept);
    if (lastGood !== null && 'settings' in lastGood)
      return { settings: lastGood.settings, source: 'last-good', problem: parsed.problem };
    return { settings: DEFAULT_SETTINGS, source: 'default', problem: parsed.problem };
  }

  #reload(): void {
    let text: string | null;
    try {
      text = readText(this.#file);
    } catch (error) {
      // Somebody made it unreadable; an exception here would have nobody to catch it.
      this.#isClosed = true;
      this.#become({ ...this.#state, problem: say('settings_closed', { reason: String(error) }) });
      return;
    }
    // A file that is away is about to be replaced, or was deleted by mistake; what is in force stays.
    if (text === null || (text === this.#text && !this.#isClosed)) return;
    this.#isClosed = false;
    this.#text = text;
    const parsed = tryParse(text);
    if ('settings' in parsed) {
      void this.#keep(text);
      this.#become({ settings: parsed.settings, source: 'settings', problem: null });
    } else {
      const source = this.#state.source === 'settings' ? 'last-good' : this.#state.source;
      this.#become({ ...this.#state, source, problem: parsed.problem });
    }
  }

  /** Best effort: without the copy the worst case is the built-in default after a restart with a broken file. */
  async #keep(text: string): Promise<void> {
    await writeFileAtomic(this.#lastGoodFile, text, { mode: 0o600 }).catch(() => undefined);
  }

  #become(state: SettingsState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Throws where a newer program has written the file: neither read in part nor written over. */
function refuseNewer(text: string | null): void {
  const parsed = text === null ? {} : tryParse(text);
  if ('newer' in parsed) throw new TiergateError('settings_newer', String(parsed.newer));
}

function tryParse(
  text: string,
): { readonly settings: Settings } | { readonly problem: string; readonly newer?: number } {
  try {
    // Editors on Windows put a byte order mark there.
    const document: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const newer = newerVersion(document);
    if (newer !== null) return { newer, problem: say('settings_version', { version: newer }) };
    return { settings: parse(document) };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: say('settings_json', { reason: error.message }) };
    if (error instanceof TiergateError) return { problem: error.detail };
    throw error;
  }
}

function parse(document: unknown): Settings {
  const result = SettingsSchema.safeParse(document);
  if (result.success) return result.data;
  throw new TiergateError('settings_invalid', problemsText(problemsOf(result.error)));
}
