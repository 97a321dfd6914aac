import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DiskFullError, nodeFiles } from "../../src/node/index.ts";
import { CommandError, KeyValueClient } from "../../src/service/index.ts";
import { filesWith } from "../support/files-with.ts";
import { LocalReplicas } from "./local-replicas.ts";

const segmentBytes = 64 * 1024;

/** A disk on which no space can be reserved while `isFull`; what is reserved takes writes. */
const disk = { isFull: false };
const files = filesWith(nodeFiles, (file) => ({
  reserve: (offset, length) => (disk.isFull ? Promise.reject(new DiskFullError("full")) : file.reserve(offset, length)),
}));

describe("a replica whose disk is nearly full", () => {
  it("refuses writes before they could end it, answers reads, and takes writes again when there is space", async () => {
    const events: string[] = [];
    await using replicas = await LocalReplicas.start({
      replicas: 1,
      storage: { files, segmentBytes },
      onEvent: ({ kind }) => events.push(kind),
    });
    await using client = await KeyValueClient.open({ cluster: replicas.cluster.clusterFile });
    const value = Buffer.alloc(1_024, "x");
    let written = 0;
    const write = async (): Promise<CommandError | null> => {
      try {
        await client.put(`key/${written}`, value);
        written++;
        return null;
      } catch (error) {
        if (error instanceof CommandError) return error;
        throw error;
      }
    };
    await write();
    disk.isFull = true;
    let refusal: CommandError | null = null;
    for (let tries = 0; tries < 200 && refusal === null; tries++) refusal = await write();
    expect(refusal).toMatchObject({ why: "disk full", happened: "no" });
    expect((await client.list("key/")).length).toBe(written);
    expect(await write()).toMatchObject({ why: "disk full", happened: "no" });
    disk.isFull = false;
    for (let tries = 0; tries < 300 && (await write()) !== null; tries++) await sleep(10);
    expect((await client.list("key/")).length).toBe(written);
    expect(events.filter((kind) => kind.startsWith("space"))).toEqual(["space low", "space back"]);
    expect(replicas.failures).toEqual([]);
  }, 30_000);
});
