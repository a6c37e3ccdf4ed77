// Supabase's own Auth answers pages of any origin; Supabase Lite's answers only its own, so no browser could sign in
// from the worker's address, and it takes a browser's question whether it may call a function for a call of it. Loaded
// before Lite, this adds what browsers ask for (Fetch, "CORS protocol").

import { Server } from "node:http";

const emit = Server.prototype.emit;
const mended = ["/auth/v1/", "/rest/v1/rpc/"];

Server.prototype.emit = function (event, request, response) {
    if (event !== "request" || !mended.some((path) => request.url.startsWith(path))) {
        return emit.apply(this, arguments);
    }
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (request.method !== "OPTIONS") {
        return emit.apply(this, arguments);
    }
    response.writeHead(204, {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": request.headers["access-control-request-headers"] ?? "*",
        "Access-Control-Max-Age": "86400",
    });
    response.end();
    return true;
};
