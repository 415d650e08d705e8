import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** All template files, read. */
export interface TemplateFolder {
  /** Whether the file comes from the directory and is not built in. */
  isOwn(name: string): boolean;
  /** Applies `make` to a file's content. @throws Error that names the file, if `make` throws */
  read<T>(name: string, make: (content: string) => T): T;
}

interface TemplateFile {
  readonly path: string;
  readonly content: string;
}

/** The relative path is the same from the sources and from the build. */
const BUILT_IN = fileURLToPath(new URL("../../../mail-templates", import.meta.url));

/**
 * Opens the files of these names, from `directory` if they exist there, and otherwise the built-in ones. A file
 * in `directory` with another name would never be used and is refused.
 * @throws Error that names what cannot be read
 */
export async function openTemplateFolder(
  names: readonly string[],
  directory: string | undefined,
): Promise<TemplateFolder> {
  const own = directory === undefined ? [] : await templatesIn(directory);
  const stray = own.find((name) => !names.includes(name));
  if (stray !== undefined) throw new Error(`${join(directory ?? "", stray)}: there is no mail of this name`);
  const entries = names.map(async (name): Promise<[string, TemplateFile]> => {
    const path = join(directory !== undefined && own.includes(name) ? directory : BUILT_IN, name);
    return [name, { path, content: await readText(path) }];
  });
  const files = new Map(await Promise.all(entries));

  return {
    isOwn: (name) => own.includes(name),
    read(name, make) {
      const { path, content } = files.get(name) as TemplateFile;
      try {
        return make(content);
      } catch (error) {
        throw new Error(`${path}: ${(error as Error).message}`);
      }
    },
  };
}

async function templatesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error) => {
    throw new Error(`${directory} cannot be read (${error.code})`);
  });
  return names.filter((name) => /^[^.].*\.(txt|html)$/i.test(name));
}

/** Reads UTF-8 with any line ends. A byte order mark is dropped. */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error) => {
    throw new Error(`${path} cannot be read (${error.code})`);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  } catch {
    throw new Error(`${path} is not UTF-8`);
  }
}
