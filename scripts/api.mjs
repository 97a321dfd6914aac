// `npm run api` writes the report of the public API, one file a subpath, to api/; with --check it compares instead, so
// that every change of what is public shows in a diff that someone reads.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, ensureInstalled, ensureNode, refuse, root } from "./setup.mjs";

const checkOnly = process.argv.includes("--check");
ensureNode();
ensureInstalled();
if (!build()) refuse(70, "the sources do not compile, the errors stand above.");
const { CompilerState, Extractor, ExtractorConfig } = await import("@microsoft/api-extractor");

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.values(manifest.exports).filter((path) => path.endsWith(".js"));
const folderOption = process.argv.find((argument) => argument.startsWith("--folder="));
const folder = resolve(root, folderOption?.slice("--folder=".length) ?? "api");
const temporary = join(root, ".cache", "api");
mkdirSync(temporary, { recursive: true });
mkdirSync(folder, { recursive: true });

const reportName = (path) =>
  path
    .replace("./dist/", "")
    .replace(/\/?index\.js$/, "")
    .replace(/\.js$/, "")
    .replace("/", "-") || "quorate";

function configOf(path) {
  const name = reportName(path);
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, path.replace(/\.js$/, ".d.ts")),
      compiler: { tsconfigFilePath: join(root, "tsconfig.api.json") },
      apiReport: { enabled: true, reportFileName: `${name}.api.md`, reportFolder: folder, reportTempFolder: temporary },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: "lf",
      messages: {
        compilerMessageReporting: { default: { logLevel: "error" } },
        extractorMessageReporting: {
          default: { logLevel: "none" },
          "ae-forgotten-export": { logLevel: "none", addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, "package.json"),
  });
}

let compilerState;

/** True when the report of this entry is as committed, or was just written. */
function report(path) {
  const config = configOf(path);
  // Read once for all entries, which share most files: reading them was most of the time.
  compilerState ??= CompilerState.create(config, {
    additionalEntryPoints: entries.map((other) => configOf(other).mainEntryPointFilePath),
  });
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    compilerState,
    localBuild: !checkOnly,
    showVerboseMessages: false,
    messageCallback: (message) => {
      if (message.logLevel === "error") console.error(message.text);
      message.handled = true;
    },
  });
  if (errorCount > 0) refuse(70, `the API of ${path} could not be read, the errors stand above.`);
  return !apiReportChanged || !checkOnly;
}

const wanted = new Set(entries.map((path) => `${reportName(path)}.api.md`));
const stale = readdirSync(folder).filter((file) => !wanted.has(file));
const changed = entries.filter((path) => !report(path)).map(reportName);
if (checkOnly && (changed.length > 0 || stale.length > 0)) {
  console.error(
    `The public API differs from api/ (${[...changed, ...stale].join(", ")}): run \`npm run api\`, read the difference, and commit it with a line in CHANGELOG.md.`,
  );
  process.exitCode = 1;
} else if (!checkOnly) for (const file of stale) rmSync(join(folder, file));
console.log(`api: ${entries.length} reports`);
