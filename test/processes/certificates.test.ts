import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { type CertificateFiles, issueCertificates } from "../../src/node/index.ts";
import { KeyValueClient, readClusterFile } from "../../src/service/index.ts";
import { eventually, ReplicaProcesses } from "./replica-processes.ts";

const tls = ({ authorityFile, certificateFile, keyFile }: CertificateFiles) => ({
  kind: "tls" as const,
  authorityFile,
  certificateFile,
  keyFile,
});

const inFile = ({ authorityFile, certificateFile, keyFile }: CertificateFiles): object => ({
  security: { kind: "tls", authority: authorityFile, certificate: certificateFile, key: keyFile },
});

const open = (port: number, { authorityFile, certificateFile, keyFile }: CertificateFiles): TLSSocket =>
  connect({
    host: "127.0.0.1",
    port,
    ca: readFileSync(authorityFile),
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    servername: "",
    checkServerIdentity: () => undefined,
  });

/** The serial number of the certificate that a replica shows. */
const serialOf = async (port: number, files: CertificateFiles): Promise<string> => {
  const socket = open(port, files);
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
};

/** Connects with a certificate that nobody looked at before, until the replica ends it. */
const untilRefused = async (port: number, files: CertificateFiles): Promise<void> => {
  const socket = open(port, files);
  await once(socket, "close");
};

describe("certificates of replicas and clients that are processes", () => {
  it("are refused, with the reason, when they are another cluster's, another member's, expired, or of a foreign authority", async () => {
    await using processes = await ReplicaProcesses.start();
    const { clusterFile, directory } = processes.cluster;
    const cluster = readClusterFile(clusterFile);
    await using client = await processes.client();
    await client.put("a", "1");
    const own = join(directory, "certificates");
    const issue = (folder: string, name: string, days = 1) =>
      issueCertificates({ directory: folder, cluster: name, members: [2], clients: ["caller"], days });
    // Each in a folder of its own, so that the files of those that run stay.
    const foreign = await issue(join(processes.folder, "foreign"), "test");
    const whyOf = async (files: CertificateFiles): Promise<string> => {
      try {
        const connection = { cluster: { ...cluster, security: tls(files) }, timeoutMs: 500 };
        await using stranger = await KeyValueClient.open(connection);
        await stranger.get("a");
        return "it was answered";
      } catch (error) {
        const { code, message } = error as Error & { readonly code?: string };
        return `${code}: ${message}`;
      }
    };
    expect(await whyOf(foreign.clients.get("caller")!)).toMatch(/^QUERY: .*certificate/);

    await processes.end(2, "SIGTERM");
    const refusalWith = async (files: CertificateFiles): Promise<string> => {
      processes.change(2, inFile(files));
      const { code, said } = await processes.refusal(processes.fileOf(2));
      expect(code).toBe(64);
      return said;
    };
    const fileOf = (name: string): string => join(own, name);
    const memberOne: CertificateFiles = {
      authorityFile: fileOf("authority.crt"),
      certificateFile: fileOf("member-1.crt"),
      keyFile: fileOf("member-1.key"),
    };
    expect(await refusalWith(memberOne)).toContain("not member 2");
    const another = await issue(own, "another");
    // What does not look at its own certificate is told by the replica, which ends the connection and says why.
    await untilRefused(cluster.members[0]!.client.port, another.clients.get("caller")!);
    await eventually("a replica refuses it", () => processes.saidBy(0).includes("for cluster another, not test"));
    expect(await whyOf(another.clients.get("caller")!)).toMatch(/^CERTIFICATE: .* not a client of "test"/);
    expect(await refusalWith(another.members.get(2)!)).toContain('not member 2 of "test"');
    const expired = await issue(own, "test", -0.01);
    expect(await whyOf(expired.clients.get("caller")!)).toMatch(/^CERTIFICATE: .*which is not now/);
    expect(await refusalWith(expired.members.get(2)!)).toContain("which is not now");

    // A replica that trusts itself starts, and is alone: the others do not know its authority.
    processes.change(2, inFile(foreign.members.get(2)!));
    await processes.startOne(2);
    await eventually("a replica that runs refuses it", () =>
      /connection refused: .*certificate/i.test(processes.saidBy(0)),
    );
    expect((await client.connection.status()).get(2)).toBeNull();

    // Once it has a good one it takes part again; the others go on with new ones of their own, without a new start.
    await processes.end(2, "SIGTERM");
    const renewed = await issueCertificates({ directory: own, cluster: "test", members: [0, 2], clients: ["caller"] });
    processes.change(2, inFile(renewed.members.get(2)!));
    await processes.startOne(2);
    const caller = renewed.clients.get("caller")!;
    const fresh = await serialOf(cluster.members[2]!.client.port, caller);
    const before = await serialOf(cluster.members[0]!.client.port, caller);
    await issueCertificates({ directory: own, cluster: "test", members: [0] });
    process.kill(processes.pidOf(0), "SIGHUP");
    await eventually("the new certificate is shown", async () => {
      const shown = await serialOf(cluster.members[0]!.client.port, caller);
      return shown !== before && shown !== fresh;
    });
    await eventually(
      "all three take part",
      async () => ![...(await client.connection.status()).values()].includes(null),
    );
    await client.put("a", "2");
    expect(await processes.end(0, "SIGTERM")).toMatchObject({ code: 0 });
  });
});
