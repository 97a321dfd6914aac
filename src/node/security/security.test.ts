import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateError } from "../errors.ts";
import { readCredentials } from "./credentials.ts";
import { type IssuedCertificates, issueCertificates } from "./issue-certificates.ts";
import { nameIn, uriOf } from "./member-name.ts";

let directory = "";
let issued: IssuedCertificates;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "quorate-certificates-"));
  issued = await issueCertificates({ cluster: "a/b, c", directory, members: [0, 1], clients: ["tool"] });
});
afterAll(() => rmSync(directory, { recursive: true }));

const securityOf = (member: number, over: object = {}) => ({
  kind: "tls" as const,
  ...issued.members.get(member)!,
  ...over,
});

describe("certificates", () => {
  it("name their cluster and bearer, and are issued by the authority", () => {
    const authority = new X509Certificate(readFileSync(issued.authorityFile));
    for (const [member, { certificateFile }] of issued.members) {
      const certificate = new X509Certificate(readFileSync(certificateFile));
      expect(nameIn(certificate.subjectAltName)).toEqual({ kind: "member", cluster: "a/b, c", member });
      expect(certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.checkHost("localhost")).toBe("localhost");
      expect(certificate.ca).toBe(false);
    }
    const client = new X509Certificate(readFileSync(issued.clients.get("tool")!.certificateFile));
    expect(nameIn(client.subjectAltName)).toEqual({ kind: "client", cluster: "a/b, c", client: "tool" });
    expect(client.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  it("come with keys that only their owner reads", () => {
    const keys = [issued.authorityKeyFile, ...[...issued.members.values()].map(({ keyFile }) => keyFile)];
    for (const key of keys) expect(statSync(key).mode & 0o777).toBe(0o600);
  });

  it("of the same authority can be issued later", async () => {
    const before = readFileSync(issued.authorityFile);
    const more = await issueCertificates({ cluster: "a/b, c", directory, members: [2] });
    expect(readFileSync(issued.authorityFile)).toEqual(before);
    await readCredentials({ kind: "tls", ...more.members.get(2)! }, "a/b, c", 2);
  });

  it.each([
    ["another member", () => readCredentials(securityOf(0), "a/b, c", 1), "names URI:quorate://a%2Fb%2C%20c/member/0"],
    ["another cluster", () => readCredentials(securityOf(0), "other", 0), 'not member 0 of "other"'],
    [
      "another's key",
      () => readCredentials(securityOf(0, { keyFile: securityOf(1).keyFile }), "a/b, c", 0),
      "is not that of",
    ],
    [
      "a file that is not there",
      () => readCredentials(securityOf(0, { keyFile: "/nowhere" }), "a/b, c", 0),
      "cannot read the key",
    ],
    [
      "another authority",
      () => readCredentials(securityOf(0, { authorityFile: securityOf(1).certificateFile }), "a/b, c", 0),
      "was not issued by",
    ],
    [
      "a key that is none",
      () => readCredentials(securityOf(0, { keyFile: securityOf(0).certificateFile }), "a/b, c", 0),
      "is no private key",
    ],
  ])("are refused for %s, by a sentence that names the file", async (_, attempt, sentence) => {
    const error: unknown = await attempt().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CertificateError);
    expect((error as Error).message).toContain(sentence);
    expect(JSON.stringify([(error as Error).message, (error as Error).stack])).not.toContain("PRIVATE");
  });

  it("are refused when they have expired", async () => {
    const old = join(directory, "old");
    const { members } = await issueCertificates({ cluster: "old", directory: old, members: [0], days: -1 });
    await expect(readCredentials({ kind: "tls", ...members.get(0)! }, "old", 0)).rejects.toThrow("which is not now");
  });

  it("are not issued by a damaged authority, nor to names that are no file", async () => {
    await expect(issueCertificates({ cluster: "x", directory, members: [], clients: ["../up"] })).rejects.toThrow(
      "no name",
    );
    const damaged = join(directory, "damaged");
    const { authorityKeyFile } = await issueCertificates({ cluster: "x", directory: damaged, members: [] });
    writeFileSync(authorityKeyFile, "nothing");
    await expect(issueCertificates({ cluster: "x", directory: damaged, members: [0] })).rejects.toThrow("no authority");
    rmSync(authorityKeyFile);
    await expect(issueCertificates({ cluster: "x", directory: damaged, members: [0] })).rejects.toThrow(
      "one of them is gone",
    );
  });

  it("name nobody when they name two, or somebody that is no number", () => {
    const uri = uriOf({ kind: "member", cluster: "c", member: 1 });
    expect(nameIn(`DNS:localhost, URI:${uri}`)).toEqual({ kind: "member", cluster: "c", member: 1 });
    for (const bad of [
      `URI:${uri}, URI:${uri}`,
      "URI:quorate://c/member/01",
      "URI:quorate://c/member/x",
      "URI:quorate://%/member/1",
      "",
      undefined,
    ])
      expect(nameIn(bad)).toBeNull();
  });
});
