// Azurite for the tests, which ends when the process that started it does: its standard input closes then.
import { createRequire } from "node:module";

process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
createRequire(import.meta.url)("azurite/dist/src/azurite.js");
