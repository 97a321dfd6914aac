import type { HostEvent } from "../../node/index.ts";
import { addressText, type ReplicaEvent, ReplicaServer, readReplicaConfiguration } from "../../service/index.ts";
import { loadService } from "../cluster/load-machine.ts";
import { startCommandOf } from "../cluster/start-command.ts";
import { sayFailure } from "../say-failure.ts";
import { complain, print } from "../terminal.ts";

/** Options of `quorate serve`. */
export interface ServeFlags {
  readonly config: string;
}

/** An error of the user's own code, with the place in it. */
const thrownText = (error: unknown): string =>
  error instanceof Error
    ? `${error.message} (${/\n\s*(at .*)/.exec(error.stack ?? "")?.[1] ?? error.name})`
    : String(error);

/** What an operator should read in the log; sessions come and go. */
const eventText = (event: HostEvent | ReplicaEvent): string | null => {
  switch (event.kind) {
    case "session opened":
    case "session ended":
    case "certificates reloaded":
    case "disk recovered":
      return null;
    case "connection refused":
    case "client refused":
    case "certificates refused":
      return `${event.kind}: ${event.error.message}`;
    case "lock narrow":
      return `no socket can be made in the data directory (${event.cause.message}): containers that share it and have networks of their own do not see that it is in use`;
    case "machine failed":
      return `the state machine failed${event.untold === 0 ? "" : ` (and ${event.untold} times more before this)`}: ${thrownText(event.error)}`;
    case "certificate expires":
      return `the certificate is valid until ${new Date(event.atMs).toISOString()}: issue it anew (\`quorate certs\`); new files are noticed`;
    case "torn tail cut":
      return `cut ${event.bytes} bytes that were never synced from the end of ${event.file}`;
    case "queue overflow":
      return `replica ${event.peer} does not keep up: ${event.bytes} bytes waited, its session was ended`;
    case "disk stuck":
      return `the disk has not finished a write for ${Math.round(event.forMs)} ms`;
    case "space low":
      return `the disk is nearly full, new writes are refused: ${event.cause.message}`;
    case "space back":
      return "there is space on the disk again, writes are taken";
    case "diverged":
      return `ALARM: after entry ${event.index} replica ${event.peer} has another state than this one: one of them is wrong. The state machine is not deterministic, or a disk lies.`;
  }
};

/** `quorate serve`: one replica, until it is told to stop. */
export const serve = async ({ config }: ServeFlags): Promise<number> => {
  const configuration = readReplicaConfiguration(config);
  const service = await loadService(configuration);
  // Whoever reads what it says may go away, as `quorate up` does when it is killed; the replica stays.
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners("error").on("error", () => undefined);
  const ended = new Promise<number>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(0));
    void ReplicaServer.start({
      configuration,
      service,
      start: startCommandOf(configuration.file),
      onEvent: (event) => {
        const text = eventText(event);
        if (text !== null) complain(`replica ${configuration.member}: ${text}`);
      },
      // Whoever runs it starts it again, or reads why it must not be.
      onFailure: (error) => resolve(sayFailure(error)),
    }).then(
      (server) => {
        print(
          `replica ${configuration.member} of ${configuration.cluster} serves clients at ${addressText(server.clientAddress)}\n`,
        );
        process.on("SIGHUP", () => server.reloadCertificates().catch(sayFailure));
        stop = () => server.close();
      },
      (error) => resolve(sayFailure(error)),
    );
  });
  let stop = async (): Promise<void> => {};
  const exitCode = await ended;
  await stop();
  return exitCode;
};
