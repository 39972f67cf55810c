import { relative } from "node:path";
import { watch } from "chokidar";

export interface ApplicationWatch {
  stop(): Promise<void>;
}

export interface WatchOptions {
  /** The application's folder. */
  readonly folder: string;
  /** What in it is watched. */
  readonly places: readonly string[];
  /** Told of the files that changed, relative to the folder; the next call waits for it. */
  readonly onChange: (files: readonly string[]) => Promise<void>;
}

/** What an editor saves at once comes as several events. */
const quietMs = 60;
const skippedFolders = /(^|[/\\])(node_modules|\.[^/\\]+|dist|coverage|test|tests)([/\\]|$)/;

/** Watches an application's code: everything that could be imported, but its tests and what is installed or built. */
export async function watchApplication({ folder, places, onChange }: WatchOptions): Promise<ApplicationWatch> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    while (changed.size > 0) {
      const files = [...changed].toSorted();
      changed.clear();
      await onChange(files);
    }
  };
  const note = (path: string): void => {
    if (!/\.([mc]?[jt]s|json)$/.test(path)) return;
    changed.add(relative(folder, path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      working ??= work().finally(() => (working = undefined));
    }, quietMs);
  };

  const watcher = watch([...places], {
    ignoreInitial: true,
    ignored: (path) => path !== folder && skippedFolders.test(relative(folder, path)),
  });
  for (const event of ["add", "change", "unlink"] as const) watcher.on(event, note);
  await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
  return {
    async stop() {
      clearTimeout(timer);
      await watcher.close();
      await working;
    },
  };
}
