import { useState } from 'react';

export interface TreeNode {
  id: string;
  label: string;
  icon?: string;
  children?: TreeNode[];
}

export function Tree({ nodes, onSelect }: { nodes: TreeNode[]; onSelect?: (node: TreeNode) => void }) {
  const [expanded, setExpanded] = useState<Set<string>>(new Set());
  return (
    <ul>
      {nodes.map((node) => (
        <li key={node.id}>
          <span onClick={() => { setExpanded(new Set([...expanded, node.id])); onSelect?.(node); }}>{node.label}</span>
          {expanded.has(node.id) && node.children && <Tree nodes={node.children} onSelect={onSelect} />}
        </li>
      ))}
    </ul>
  );
}
