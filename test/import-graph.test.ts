import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { importsOf } from "./import-graph.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string>>;
};
/** The server, and its client: both have sockets. */
const withHost = ["./node", "./client"];
const entries = Object.entries(manifest.exports).filter(([name]) => name !== "./package.json");
const pure = entries.filter(([name]) => !withHost.includes(name));

describe("the import graph of the built package", () => {
  it.each(pure)("%s reaches no package and no node: module", (_name, path) => {
    const { foreign, files } = importsOf(join(root, path));
    expect([...foreign]).toEqual([]);
    expect(files.size).toBeGreaterThan(0);
  });

  it.each(pure)("%s reaches no room with a host", (_name, path) => {
    const rooms = [...importsOf(join(root, path)).files].map(
      (file) => relative(join(root, "dist"), file).split(sep)[0],
    );
    expect(rooms.filter((room) => room === "node" || room === "cli" || room === "service")).toEqual([]);
  });

  it("quorate/node reaches no package but the library that issues certificates, and that from one file, when asked", () => {
    const { foreign, files } = importsOf(join(root, manifest.exports["./node"]!));
    expect([...foreign].filter((name) => !name.startsWith("node:")).sort()).toEqual([
      "@peculiar/x509",
      "reflect-metadata",
    ]);
    const importers = [...files].filter((file) => /@peculiar\/x509|reflect-metadata/.test(readFileSync(file, "utf8")));
    expect(importers.map((file) => relative(root, file))).toEqual([
      join("dist", "node", "security", "issue-certificates.js"),
    ]);
    expect(readFileSync(importers[0]!, "utf8")).not.toMatch(/^import .*(@peculiar|reflect-metadata)/m);
  });

  it("the root entry is the sum of the pure rooms, the protocols under a name of their own", async () => {
    const names = async (path: string): Promise<string[]> => Object.keys((await import(join(root, path))) as object);
    const rooms = await Promise.all(
      ["model", "check", "simulate", "explore", "machines", "scenarios", "trace"].map((room) =>
        names(`dist/${room}/index.js`),
      ),
    );
    expect((await names("dist/index.js")).sort()).toEqual([...new Set(rooms.flat()), "protocols"].sort());
  });
});
