/** A configuration, or a directory of a cluster, is not what it must be. Names the file, the field and the remedy. */
export class ConfigurationError extends Error {
  override readonly name: string = "ConfigurationError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "CONFIGURATION" = "CONFIGURATION";
}
