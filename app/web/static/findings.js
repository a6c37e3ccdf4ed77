import { documentationNode, placesNode } from "./cited.js";
import { differencesNode } from "./differences.js";
import { suggestionNode } from "./suggestion.js";

/** What an answer about a configuration says beside its text: the differences, what it rests on, what it suggests. */
export function findings(metadata) {
  const { configReferences = [], documentationLinks = [], comparisonResults, suggestions = [] } = metadata ?? {};
  const differences = comparisonResults?.differences ?? [];
  return [
    ...(differences.length ? [differencesNode(differences)] : []),
    ...(configReferences.length ? [placesNode(configReferences)] : []),
    ...(documentationLinks.length ? [documentationNode(documentationLinks)] : []),
    ...suggestions.map(suggestionNode),
  ];
}
