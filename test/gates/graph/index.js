export * from "./deeper.js";
