import { readFile } from "node:fs/promises";
import { createRequire, type InitializeHook, type LoadHook, type ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";

/*
 * Module hooks for the thread that loads a user's file: `quorate` means this very package wherever the file lies, and
 * where Node does not strip types itself they are removed by the compiler that tsx brings.
 */

/** What the hooks are told when they are registered. */
export interface HookData {
  /** URL of this package's manifest. */
  readonly packageUrl: string;
  /** Path of tsx's manifest; absent where Node strips types itself. */
  readonly tsxManifest?: string | undefined;
}

interface Compiler {
  transformSync(source: string, options: object): { readonly code: string };
}

let packageUrl = "";
let compiler: Compiler | undefined;

/** Takes the data of registration. */
export const initialize: InitializeHook<HookData> = (data) => {
  packageUrl = data.packageUrl;
  if (data.tsxManifest !== undefined) compiler = createRequire(data.tsxManifest)("esbuild") as Compiler;
};

/** Resolves this package's name as the package itself would. */
export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === "quorate" || specifier.startsWith("quorate/")
    ? next(specifier, { ...context, parentURL: packageUrl })
    : next(specifier, context);

const isTypeScript = (url: string): boolean =>
  url.startsWith("file:") && /\.m?ts$/.test(new URL(url).pathname) && !url.includes("/node_modules/");

/** Removes types. */
export const load: LoadHook = async (url, context, next) => {
  if (compiler === undefined || !isTypeScript(url)) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = compiler.transformSync(await readFile(path, "utf8"), {
    loader: "ts",
    format: "esm",
    target: "es2023",
    sourcefile: path,
    sourcemap: "inline",
    logLevel: "silent",
  });
  return { format: "module", shortCircuit: true, source: code };
};
