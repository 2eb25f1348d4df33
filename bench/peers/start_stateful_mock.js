// Starts stripe-stateful-mock on a free loopback port and prints that port.
//
// Its own start listens on every address of the machine. Nothing else is changed.

"use strict";

const { createRequire } = require("node:module");
const path = require("node:path");

// The package is installed in another folder than this file.
const load = createRequire(path.join(process.argv[2], "package.json"));
const app = load("stripe-stateful-mock").createExpressApp();
const server = app.listen(0, "127.0.0.1", 1024, () => console.log(server.address().port));
