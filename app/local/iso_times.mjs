// Supabase Lite hands out sign-in times as PostgreSQL prints them ("2026-01-31 12:00:00+00"); Supabase's own server
// writes RFC 3339, and supabase-py refuses anything else. Loaded before Lite, this writes them as Supabase does.

const printed = /"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00"/g;
const stringify = JSON.stringify;

JSON.stringify = (...given) => {
    const text = stringify(...given);
    return text === undefined ? text : text.replace(printed, '"$1T$2+00:00"');
};
