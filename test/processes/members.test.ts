import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { issueCertificates } from "../../src/node/index.ts";
import { freePorts } from "../../src/service/index.ts";
import { eventually, quorate, ReplicaProcesses, reportsAtOneIndex } from "./replica-processes.ts";

const snapshotEvery = 50;
const missed = 300;
const together = 3;

/** The file of a replica that joins: a certificate and an id of its own, all members, and that it is no voter yet. */
const prepareMember = async (
  processes: ReplicaProcesses,
  id: number,
): Promise<{ readonly peer: string; readonly client: string }> => {
  const { directory } = processes.cluster;
  const issued = await issueCertificates({
    directory: join(directory, "certificates"),
    cluster: "test",
    members: [id],
  });
  const { authorityFile, certificateFile, keyFile } = issued.members.get(id)!;
  const [peer, client] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`);
  const { admin: _, ...others } = JSON.parse(readFileSync(processes.fileOf(0), "utf8"));
  writeFileSync(
    processes.fileOf(id),
    JSON.stringify({
      ...others,
      member: id,
      directory: `replica-${id}`,
      members: [...others.members, { id, peer, client }],
      joins: true,
      security: { kind: "tls", authority: authorityFile, certificate: certificateFile, key: keyFile },
    }),
  );
  return { peer: peer!, client: client! };
};

describe("members of a cluster of processes", () => {
  it("are sent a snapshot when they were away for too long, come as learners, vote, and go", async () => {
    await using processes = await ReplicaProcesses.start({ snapshotEvery });
    const member = (...args: readonly string[]) => quorate("member", ...args, "--data", processes.cluster.directory);
    await using client = await processes.client();
    await client.put("first", "1");
    const [leader, report] = [...(await client.connection.status())].find(([, one]) => one?.role === "leader")!;
    const away = (leader + 1) % 3;
    await processes.end(away);
    // Commands that come together are one entry: some at a time, so that there are many.
    for (let count = 0; count < missed; count += together)
      await Promise.all(Array.from({ length: together }, (_, at) => client.put(`key ${count + at}`, "value")));
    // What it lacks lies before what the others still have in their logs.
    await eventually("the log is compacted", async () => {
      const now = (await client.connection.status()).get(leader);
      return (now?.snapshot ?? 0) - snapshotEvery / 2 > report!.commit;
    });
    await processes.startOne(away);
    const reports = await reportsAtOneIndex(client);
    expect(new Set(reports.map(({ stateHash }) => stateHash)).size).toBe(1);

    const addresses = await prepareMember(processes, 3);
    expect(member("add", "3", "--peer", addresses.peer, "--client", addresses.client)).toMatchObject({ status: 0 });
    await processes.startOne(3);
    expect(member("list").output).toBe("0\tvoter\n1\tvoter\n2\tvoter\n3\tlearner\n");
    // Not a second time: it would have another address, and a voter would not vote any more.
    const again = member("add", "0", "--peer", addresses.peer, "--client", addresses.client);
    expect(again).toEqual({ status: 64, output: expect.stringContaining("replica 0 takes part already") });
    expect(member("promote", "3")).toMatchObject({ status: 0 });
    expect(member("remove", String(away))).toMatchObject({ status: 0 });
    await processes.end(away);
    expect(member("list").output).toContain("3\tvoter\n");
    expect(member("list").output).not.toContain(`${away}\t`);

    // A client that began before all this knows where the new one is, and follows it when it leads.
    expect(member("lead", "3")).toMatchObject({ status: 0 });
    await client.put("led by the new one", "1");
    expect([...client.connection.endpoints.keys()]).toEqual([0, 1, 2, 3].filter((id) => id !== away));

    // Of the three that vote now one is killed: a majority is there only with the one that joined.
    await processes.end([0, 1, 2].find((id) => id !== away && id !== leader)!);
    await using later = await processes.client();
    await later.put("last", "2");
    expect((await later.list("key ")).length).toBe(missed);
  });
});
