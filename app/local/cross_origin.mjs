// Supabase's own Auth answers pages of any origin; Supabase Lite's answers only its own, so no browser could sign in
// from the worker's address. Loaded before Lite, this adds what browsers ask for (Fetch, "CORS protocol").

import { Server } from "node:http";

const emit = Server.prototype.emit;

Server.prototype.emit = function (event, request, response) {
    if (event !== "request" || !request.url.startsWith("/auth/v1/")) {
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
