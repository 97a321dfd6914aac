import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isOneSentence, quorateHere, scratchFolder } from "./command.ts";

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const full = join(folder, "full");
mkdirSync(full);
writeFileSync(join(full, "letter.txt"), "not ours");
writeFileSync(join(folder, "empty.mjs"), "export const nothing = null;");

const member = { id: 0, peer: "127.0.0.1:7600", client: "127.0.0.1:7700" };
const replica = {
  format: 1,
  cluster: "orders",
  member: 0,
  directory: "data",
  members: [member],
  security: { kind: "open" },
};

const refusalOf = async (...args: readonly string[]): Promise<string> => {
  const finished = await quorateHere(args);
  expect([args, finished.status, finished.stdout]).toEqual([args, 64, ""]);
  return finished.stderr;
};

describe("what a cluster command refuses before it does anything", () => {
  it.each([
    [["kv", "cas", "key", "new"], /the new value is missing/],
    [["kv", "cas", "key", "old", "new", "--absent"], /there is no value to expect/],
    [
      ["kv", "get", "key", "--data", join(folder, "none")],
      /there is no cluster in .*none: start one with `npx quorate up/,
    ],
    [["kv", "get", "key", "--cluster", join(folder, "none.json")], /none\.json cannot be read/],
    [["log", "dump", join(folder, "none")], /none cannot be read/],
    [["log", "dump", full], /full is no data directory of a replica/],
    [["up", "--data", full], /full holds files and no cluster\.json/],
    [["up", "--data", join(full, "letter.txt")], /letter\.txt cannot be made/],
    [["up", "--data", join(folder, "new"), "--machine", join(folder, "none.mjs")], /none\.mjs cannot be loaded/],
    [
      ["up", "--data", join(folder, "new"), "--machine", join(folder, "empty.mjs")],
      /empty\.mjs exports no state machine/,
    ],
  ])("%j", async (args, sentence) => {
    const said = await refusalOf(...args);
    expect(said).toMatch(sentence);
    expect(isOneSentence({ status: 64, stdout: "", stderr: said })).toBe(true);
  });

  it("and leaves nothing behind that a second try would meet", () => {
    expect(readdirSync(full)).toEqual(["letter.txt"]);
    expect(readdirSync(join(folder, "new"))).toEqual([]);
  });

  it.each([
    [["up", "--replicas", "2"], /Allowed choices are 1, 3, 5/],
    [["member", "add", "7", "--peer", "nonsense", "--client", "127.0.0.1:1"], /It is HOST:PORT/],
    [["member", "add", "1001", "--peer", "a:1", "--client", "b:1"], /whole number from 0 to 1000/],
    [["kv", "putt", "a", "b"], /unknown command 'putt'\n\(Did you mean put\?\)/],
    [["kv", "put", "a", "b", "--timeout", "0"], /a number of seconds above 0/],
    [["serve"], /required option '--config <FILE>' not specified/],
  ])("usage: %j", async (args, sentence) => {
    expect(await refusalOf(...args)).toMatch(sentence);
  });

  it.each([
    ["[", /is no JSON/],
    [{ ...replica, format: 2 }, /format must be 1: a newer version of quorate made this file, use that one; found 2/],
    [{ ...replica, member: 3 }, /member must be the id of one of the members; found 3/],
    [{ ...replica, members: [member, member] }, /members must be a list of different ids/],
    [
      { ...replica, members: [{ ...member, peer: "here" }] },
      /members\[0\]\.peer must be an address, host:port; found "here"/,
    ],
    [{ ...replica, members: [{ ...member, port: 1 }] }, /there is no field members\[0\]\.port; the fields here are/],
    [{ ...replica, cluster: "" }, /cluster must be a text that is not empty; found ""/],
    [{ ...replica, security: { kind: "none" } }, /security\.kind must be one of tls, open; found "none"/],
    [{ ...replica, security: { kind: "tls" } }, /security\.authority must be a text that is not empty; found nothing/],
    [{ ...replica, quotaBytes: 0.5 }, /quotaBytes must be a whole number/],
    [{ ...replica, quotaByte: 1 }, /there is no field quotaByte; the fields here are/],
    [{ ...replica, machine: "none.mjs" }, /none\.mjs cannot be loaded/],
    [{ ...replica, machine: "empty.mjs" }, /empty\.mjs exports no state machine/],
  ])("the file of a replica: %j", async (content, sentence) => {
    const file = join(folder, "replica.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    expect(await refusalOf("serve", "--config", file)).toMatch(sentence);
  });
});
