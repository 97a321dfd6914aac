import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { codeHash, codeParts, codeVersion } from "./code-version.ts";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "quorate-code-"));
afterAll(() => rmSync(copy, { recursive: true }));

const importsOf = (module: string): string[] =>
  [...readFileSync(module, "utf8").matchAll(/^(?:import|export)\s[^"';]*?from "(\.[^"]+)"/gm)].map(([, path]) =>
    resolve(dirname(module), path!),
  );

/** All modules that a module loads. */
const reached = (start: string): ReadonlySet<string> => {
  const modules = new Set([start]);
  for (const module of modules) for (const path of importsOf(module)) modules.add(path);
  return modules;
};

const isPart = (module: string): boolean => {
  const path = relative(dist, module).replaceAll("\\", "/");
  return codeParts.some((part) => path === part || path.startsWith(`${part}/`));
};

const built = (part: string): string[] =>
  readdirSync(join(dist, part), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(dist, part, name));

describe("the code version", () => {
  it("is the same from the build and from the sources, and in a copy of the build elsewhere", () => {
    expect(codeVersion()).toMatch(/^[0-9a-f]{12}$/);
    // What the build itself says stands in the name of its cache: see the tests of `quorate matrix`.
    expect(codeHash(dist)).toBe(codeVersion());
    cpSync(dist, copy, { recursive: true });
    expect(codeHash(copy)).toBe(codeVersion());
  });

  it("changes with what decides how a run goes, and not with what only shows it", () => {
    const version = codeHash(copy);
    const changed = (path: string): boolean => {
      const whole = readFileSync(join(copy, path));
      writeFileSync(join(copy, path), `${whole.toString()}\n// changed\n`);
      const now = codeHash(copy);
      writeFileSync(join(copy, path), whole);
      return now !== version;
    };
    for (const path of [
      "simulate/run.js",
      "protocols/links/perfect-link.js",
      "cli/search/forbidden-globals.js",
      "index.js",
    ])
      expect([path, changed(path)]).toEqual([path, true]);
    for (const path of ["cli/report.js", "cli/program.js", "trace/index.js", "simulate/run.d.ts"])
      expect([path, changed(path)]).toEqual([path, false]);
  });

  it("names parts that are there", () => {
    // What is replicated comes with the service.
    const missing = codeParts.filter((part) => !existsSync(join(dist, part)));
    expect(missing.filter((part) => part !== "machines")).toEqual([]);
  });

  it("covers all that its parts load, but for what only the command says and draws", () => {
    const rooms = codeParts.filter((part) => existsSync(join(dist, part)) && statSync(join(dist, part)).isDirectory());
    const outside = (starts: readonly string[]): string[] =>
      [...new Set(starts.flatMap((module) => [...reached(module)]))].filter((module) => !isPart(module));
    for (const module of outside(rooms.flatMap(built))) expect(relative(dist, module)).toMatch(/^trace\b/);
    const files = codeParts.filter((part) => part.endsWith(".js")).map((part) => join(dist, part));
    for (const module of outside(files)) expect(relative(dist, module)).toMatch(/^(cli|node|trace)\b/);
  });
});
