import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The package as a user gets it: packed, installed in an empty folder, imported, compiled against, run.

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules/@typescript/native/bin/tsc");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};
const entries = Object.keys(manifest.exports).filter((name) => name !== "./package.json");
const specifier = (name: string): string => `quorate${name.slice(1)}`;
const consumer = mkdtempSync(join(tmpdir(), "quorate-consumer-"));
let packed: readonly string[] = [];

function run(command: string, args: readonly string[], cwd: string): string {
  const shell = process.platform === "win32" && command === "npm";
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", shell });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  const listed = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", consumer], root);
  const [{ filename, files }] = JSON.parse(listed) as [
    { filename: string; files: readonly { readonly path: string }[] },
  ];
  packed = files.map(({ path }) => path);
  writeFileSync(join(consumer, "package.json"), `{ "name": "consumer", "private": true, "type": "module" }`);
  run("npm", ["install", `./${filename}`, "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], consumer);
});

afterAll(() => rmSync(consumer, { recursive: true }));

/** Compiles one file that imports all these entries, under the strictest options that a user may have. */
function compileConsumer(names: readonly string[], types: readonly string[]): string {
  const lines = names.map((name, index) => `import * as entry${index} from "${specifier(name)}";`);
  const used = names.map((_name, index) => `entry${index}`).join(", ");
  writeFileSync(
    join(consumer, "consumer.ts"),
    `${lines.join("\n")}\nexport const used: readonly object[] = [${used}];\n`,
  );
  const options = {
    target: "es2023",
    lib: ["es2023"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types,
    typeRoots: [join(root, "node_modules/@types")],
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }));
  return run(process.execPath, [tsc, "-p", "."], consumer);
}

describe("the packed package", () => {
  it("holds the licence and the build, and neither tests nor the notes of a build", () => {
    expect(packed).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "package.json"]),
    );
    expect(packed.filter((path) => /\.test|\.stamp|tsbuildinfo|tsconfig|^(test|scripts|bench)\//.test(path))).toEqual(
      [],
    );
    for (const path of Object.values(manifest.exports)) expect(packed).toContain(path.slice("./".length));
  });

  it.each(entries)("%s can be imported", (name) => {
    run(process.execPath, ["--input-type=module", "-e", `await import("${specifier(name)}")`], consumer);
  });

  it("can be required too, since it is plain modules without top-level await", () => {
    run(
      process.execPath,
      ["--input-type=commonjs", "-e", `for (const name of ${JSON.stringify(entries.map(specifier))}) require(name);`],
      consumer,
    );
  });

  it("compiles for a consumer that has no types of any host, but for the two entries with sockets", () => {
    const withHost = ["./node", "./client"];
    compileConsumer(
      entries.filter((name) => !withHost.includes(name)),
      [],
    );
    compileConsumer(entries, ["node"]);
  });

  it("a wrong import does not compile: the consumer test can fail", () => {
    expect(() => compileConsumer(["./no-such-room"], [])).toThrow("TS2307");
  });

  it("runs its command", () => {
    const command = join(consumer, "node_modules", "quorate", "bin", "quorate.mjs");
    expect(run(process.execPath, [command, "--version"], consumer)).toContain(manifest.version);
    expect(readdirSync(join(consumer, "node_modules", ".bin")).some((name) => name.startsWith("quorate"))).toBe(true);
  });

  it("brings only the dependencies that docs/dependencies.md lists with their licence, none with an install script", () => {
    const lock = JSON.parse(readFileSync(join(consumer, "package-lock.json"), "utf8")) as {
      readonly packages: Readonly<
        Record<string, { readonly version: string; readonly license?: string; readonly hasInstallScript?: boolean }>
      >;
    };
    const installed = Object.entries(lock.packages).filter(([path]) => path !== "" && path !== "node_modules/quorate");
    const rows = readFileSync(join(root, "docs", "dependencies.md"), "utf8").split("\n");
    const listed = rows.map((row) =>
      row
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, 4)
        .join(" "),
    );
    expect(installed.length).toBeGreaterThanOrEqual(Object.keys(manifest.dependencies).length);
    for (const [path, { version, license, hasInstallScript }] of installed) {
      const name = path.split("node_modules/").at(-1)!;
      // What a dependency of ours brings has the version that it asks for, which is a range.
      const isOurs = path === `node_modules/${name}` && name in manifest.dependencies;
      expect(listed).toContain(`${name} ${isOurs ? version : "(brought)"} ${license}`);
      expect(hasInstallScript ?? false).toBe(false);
    }
  });
});

describe("the lock file", () => {
  interface Locked {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };

  /** Where Node would find this package from that one: in its own folder, or in one above. */
  function isLocked(from: string, name: string): boolean {
    if (`${from === "" ? "" : `${from}/`}node_modules/${name}` in packages) return true;
    if (from === "") return false;
    return isLocked(from.slice(0, Math.max(from.lastIndexOf("/node_modules/"), 0)), name);
  }

  it("names every package of every platform: npm ci refuses a lock that was written with some out of reach", () => {
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(path, name)),
    );
    expect(missing).toEqual([]);
    expect(isLocked("", "no-such-package")).toBe(false);
  });
});
