import "node:fs"; // ✗ lint/style/noRestrictedImports
import "node:fs/promises"; // ✗ lint/style/noRestrictedImports
import "commander"; // ✗ lint/style/noRestrictedImports
import "quorate/model"; // ✗ lint/style/noRestrictedImports
import "../../dist/index.js"; // ✗ lint/style/noRestrictedImports
import "./globals.ts";
