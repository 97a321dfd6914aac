import { type ReplicaConfiguration, readReplicaConfiguration } from "./replica-configuration.ts";
import { type AnyService, ReplicaServer, type ReplicaServerOptions } from "./replica-server.ts";

/** How a replica is served: with its file, or with what is in it. */
export interface ServeOptions extends Omit<Partial<ReplicaServerOptions>, "configuration" | "service"> {
  readonly config: string | ReplicaConfiguration;
}

/**
 * Runs one replica of a service on this machine's disk and sockets, until it is closed. A failure that ends it goes to
 * `onFailure`; without one it ends the process. The file's `machine` and `quotaBytes` are for `quorate serve`: here the
 * service is given.
 *
 * @throws ConfigurationError, and as `NodeHost.start` does; what `signal` was aborted with.
 */
export const serve = (service: AnyService, { config, ...more }: ServeOptions): Promise<ReplicaServer> =>
  ReplicaServer.start({
    onFailure: (error) => {
      throw error;
    },
    ...more,
    configuration: typeof config === "string" ? readReplicaConfiguration(config) : config,
    service,
  });
