// Brings a clone to the point where it can run: the right Node, the locked packages, a fresh build.
// Plain JavaScript and no dependency, since it runs before anything is installed. All that it says goes to stderr, so
// that `npx quorate … --json` prints nothing but JSON even in a clone that was never built.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const stamp = join(dist, ".stamp");
const nodeMinimum = [20, 19];

/** Ends the process with one sentence and a code: 64 bad usage, 69 something missing on the machine. */
export function refuse(code, sentence) {
  process.stderr.write(`quorate: ${sentence}\n`);
  process.exit(code);
}

/** One sentence if this version of Node is too old, else nothing. */
export function nodeComplaint(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorMin, minorMin] = nodeMinimum;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return undefined;
  return `Node ${majorMin}.${minorMin} or newer is needed and this is ${version}: install it from https://nodejs.org.`;
}

export function ensureNode() {
  const complaint = nodeComplaint(process.versions.node);
  if (complaint !== undefined) refuse(69, complaint);
}

/** The npm that started us, or else the one on the path; an argument list, not a shell line, wherever that can be. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && basename(cli) === "npm-cli.js") return spawnSync(process.execPath, [cli, ...args], options);
  return spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
}

/** Compares the lock file with the one that npm leaves in node_modules when an installation is complete. */
function isInstalled() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional, integrity }]) => {
    if (path === "") return true;
    const at = found[path];
    if (at === undefined) return optional === true; // made for another platform
    return at.version === version && at.integrity === integrity;
  });
}

export function ensureInstalled() {
  if (isInstalled()) return;
  process.stderr.write("quorate: installing the packages of package-lock.json (about half a minute, once) …\n");
  const done = npm(["ci", "--include=dev", "--prefer-offline", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (done.error !== undefined)
    refuse(69, `npm could not be started (${done.error.message}): install npm beside Node.`);
  if (done.status !== 0)
    refuse(69, "npm ci failed, its reason stands above: the package registry must be reachable once.");
}

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

/** The sources that a build is made of: tests, and what only they use, left out. */
function sources() {
  return [...files(join(root, "src"))]
    .filter((path) => /\.(ts|json)$/.test(path) && !/\.test(-d)?\.ts$|[\\/]testing[\\/]/.test(path))
    .sort();
}

function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const name of ["tsconfig.json", "tsconfig.base.json", "package-lock.json"])
    hash.update(readFileSync(join(root, name)));
  for (const path of paths) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** A source that went away leaves its output behind, and a test that imports it would still pass. */
function removeOrphans(paths) {
  const alive = new Set(paths.map((path) => relative(join(root, "src"), path).replace(/\.ts$/, "")));
  for (const path of files(dist)) {
    const name = relative(dist, path);
    const output = /^(.*?)(\.js|\.d\.ts)(\.map)?$/.exec(name);
    if (output !== null && !name.startsWith("studio") && !alive.has(output[1])) rmSync(path);
  }
}

/** Output that someone deleted: the compiler trusts its own notes and would not write it again. */
function hasGaps(paths) {
  const modules = paths.filter((path) => path.endsWith(".ts"));
  return modules.some((path) => !existsSync(join(dist, relative(join(root, "src"), path).replace(/\.ts$/, ".js"))));
}

export function compile(extra = []) {
  const tsc = join(root, "node_modules", "@typescript", "native", "bin", "tsc");
  return spawnSync(process.execPath, [tsc, ...extra], { cwd: root, stdio: ["ignore", 2, 2] }).status === 0;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** One build at a time: two commands that are started together would remove each other's output. */
function alone(work) {
  const lock = join(root, ".cache", "building");
  mkdirSync(join(root, ".cache"), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    // Whoever was killed while it built left its lock behind.
    const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Builds if any source changed since the last build; true when the build is good. */
export function build() {
  const paths = sources();
  const wanted = fingerprint(paths);
  return isBuilt(paths, wanted) || alone(() => isBuilt(paths, wanted) || buildNow(paths, wanted));
}

function isBuilt(paths, wanted) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && !hasGaps(paths);
}

function buildNow(paths, wanted) {
  rmSync(stamp, { force: true });
  if (!compile(["-b"])) return false;
  if (hasGaps(paths)) {
    rmSync(dist, { recursive: true, force: true });
    if (!compile(["-b"])) return false;
  }
  removeOrphans(paths);
  writeFileSync(stamp, wanted);
  return true;
}

/** Everything that the command line needs, in a clone. */
export function ensureReady() {
  ensureNode();
  ensureInstalled();
  if (!build()) refuse(70, "the sources of this clone do not compile, the errors stand above.");
}
