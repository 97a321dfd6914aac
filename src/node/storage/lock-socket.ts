import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";

/** Milliseconds that the holder of a lock gets to say which process it is. */
const answerMsMax = 500;

/** Whoever listens on the socket of a lock. */
export interface LockHolder {
  /** Null where it does not tell: it is paused, or of another user. */
  readonly processId: number | null;
  /** It looks whether others hold the lock, and may still let it go. */
  readonly isTrying: boolean;
}

/** Whether an error of the system has one of these codes. */
export const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as { readonly code?: string }).code ?? "");

/** Who listens on a socket; null if nobody does. */
export const holderAt = async (path: string): Promise<LockHolder | null> => {
  const socket = connect(path);
  try {
    const [said] = (await once(socket, "data", { signal: AbortSignal.timeout(answerMsMax) })) as [Buffer];
    const [processId, state] = said.toString("latin1").split(" ");
    return {
      processId: Number.isSafeInteger(Number(processId)) ? Number(processId) : null,
      isTrying: state === "trying",
    };
  } catch (error) {
    return isCode(error, "ECONNREFUSED", "ENOENT") ? null : { processId: null, isTrying: false };
  } finally {
    socket.destroy();
  }
};

/** Listens on a socket and says which process this is, and how it stands. @throws the error of the system. */
export const listenAt = async (path: string, state: () => "held" | "trying"): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(`${process.pid} ${state()}`);
  });
  // Not shared with the workers of a cluster: each would believe that it holds the lock.
  server.listen({ path, exclusive: true });
  await once(server, "listening");
  server.unref();
  return server;
};
