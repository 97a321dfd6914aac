import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type CommandError, KeyValueClient, readClusterFile } from "../../src/service/index.ts";
import { eventually, ReplicaProcesses } from "./replica-processes.ts";

const machine = fileURLToPath(new URL("session-machine.mjs", import.meta.url));

/** Carries what a client says to a replica, and can keep the answers back, or everything. */
class AnswerHold {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly port: number;
  lets: "all" | "questions" | "nothing" = "all";

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static open(target: number): Promise<AnswerHold> {
    return new Promise((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const hold = new AnswerHold(server, (server.address() as { readonly port: number }).port);
        server.on("connection", (client) => hold.#carry(client, target));
        resolve(hold);
      });
    });
  }

  /** Ends all connections and takes no other until everything goes through again. */
  cut(): void {
    this.lets = "nothing";
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #carry(client: Socket, target: number): void {
    if (this.lets === "nothing") return void client.destroy();
    const replica = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [client, replica],
      [replica, client],
    ] as const) {
      this.#sockets.add(one);
      one
        .on("error", () => other.destroy())
        .on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
    }
    client.on("data", (bytes) => void replica.write(bytes));
    replica.on("data", (bytes) => {
      if (this.lets === "all") client.write(bytes);
    });
  }
}

describe("the session of a client that was silent for too long", () => {
  it("has expired: a command of which nobody knows fails with its own error and is not applied again", async () => {
    await using processes = await ReplicaProcesses.start({ machine });
    const cluster = readClusterFile(processes.cluster.clusterFile);
    const holds = await Promise.all(cluster.members.map(({ client }) => AnswerHold.open(client.port)));
    const members = cluster.members.map((member, at) => ({
      ...member,
      client: { host: "127.0.0.1", port: holds[at]!.port },
    }));
    await using direct = await processes.client();
    await using client = await KeyValueClient.open({ cluster: { ...cluster, members }, timeoutMs: 20_000 });
    await client.put("a", "1");

    for (const hold of holds) hold.lets = "questions";
    const failure = client.put("a", "2").then(
      () => null,
      (error: CommandError) => error,
    );
    await eventually("the command is applied", async () => (await direct.get("a"))?.version === 2);
    for (const hold of holds) hold.cut();
    await sleep(1_800);
    for (const hold of holds) hold.lets = "all";

    expect(await failure).toMatchObject({ code: "COMMAND", why: "session expired", happened: "maybe" });
    expect((await direct.get("a"))?.version).toBe(2);
    await client.put("a", "3");
    expect((await direct.get("a"))?.version).toBe(3);
    for (const hold of holds) hold.close();
  });
});
