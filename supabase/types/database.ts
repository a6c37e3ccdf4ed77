// Generated from the migrations by `make types`. Do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "app_backups": {
                  Row: {
                    "app_id": string,"bytes": number | null,"created_at": string,"database_id": string,"error_code": string | null,"error_detail": string | null,"expires_at": string | null,"file": string,"id": string,"kind": string,"label": string | null,"revision_id": string | null,"server_version": string | null,"sha256": string | null,"state": string,"tables": Json | null,"tenant_id": string,"verified_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "app_id": string,"bytes"?: number | null,"created_at"?: string,"database_id": string,"error_code"?: string | null,"error_detail"?: string | null,"expires_at"?: string | null,"file": string,"id"?: string,"kind": string,"label"?: string | null,"revision_id"?: string | null,"server_version"?: string | null,"sha256"?: string | null,"state"?: string,"tables"?: Json | null,"tenant_id": string,"verified_at"?: string | null
                  }
                  Update: {
                    "app_id"?: string,"bytes"?: number | null,"created_at"?: string,"database_id"?: string,"error_code"?: string | null,"error_detail"?: string | null,"expires_at"?: string | null,"file"?: string,"id"?: string,"kind"?: string,"label"?: string | null,"revision_id"?: string | null,"server_version"?: string | null,"sha256"?: string | null,"state"?: string,"tables"?: Json | null,"tenant_id"?: string,"verified_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "app_backups_app_id_fkey"
      columns: ["tenant_id","app_id"]
isOneToOne: false
      referencedRelation: "generated_apps"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_backups_database_id_fkey"
      columns: ["tenant_id","database_id"]
isOneToOne: false
      referencedRelation: "app_databases"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_backups_revision_id_fkey"
      columns: ["tenant_id","revision_id"]
isOneToOne: false
      referencedRelation: "app_revisions"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_backups_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"app_changes": {
                  Row: {
                    "app_id": string,"applied_at": string | null,"backup_id": string | null,"catalog_digest": string,"choices": NonNullable<Json>,"confirmed_at": string | null,"confirmed_by": string | null,"confirmed_steps": (number)[],"created_at": string,"database_id": string,"digest": string,"drift": NonNullable<Json>,"error_code": string | null,"error_detail": string | null,"from_revision_id": string | null,"id": string,"is_complete": boolean,"possible_renames": NonNullable<Json>,"ran": NonNullable<Json>,"requested_by": string | null,"state": string,"steps": NonNullable<Json>,"tenant_id": string,"to_revision_id": string,"undoes_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "app_id": string,"applied_at"?: string | null,"backup_id"?: string | null,"catalog_digest": string,"choices"?: NonNullable<Json>,"confirmed_at"?: string | null,"confirmed_by"?: string | null,"confirmed_steps"?: (number)[],"created_at"?: string,"database_id": string,"digest": string,"drift"?: NonNullable<Json>,"error_code"?: string | null,"error_detail"?: string | null,"from_revision_id"?: string | null,"id"?: string,"is_complete"?: boolean,"possible_renames"?: NonNullable<Json>,"ran"?: NonNullable<Json>,"requested_by"?: string | null,"state"?: string,"steps": NonNullable<Json>,"tenant_id": string,"to_revision_id": string,"undoes_id"?: string | null
                  }
                  Update: {
                    "app_id"?: string,"applied_at"?: string | null,"backup_id"?: string | null,"catalog_digest"?: string,"choices"?: NonNullable<Json>,"confirmed_at"?: string | null,"confirmed_by"?: string | null,"confirmed_steps"?: (number)[],"created_at"?: string,"database_id"?: string,"digest"?: string,"drift"?: NonNullable<Json>,"error_code"?: string | null,"error_detail"?: string | null,"from_revision_id"?: string | null,"id"?: string,"is_complete"?: boolean,"possible_renames"?: NonNullable<Json>,"ran"?: NonNullable<Json>,"requested_by"?: string | null,"state"?: string,"steps"?: NonNullable<Json>,"tenant_id"?: string,"to_revision_id"?: string,"undoes_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "app_changes_app_id_fkey"
      columns: ["tenant_id","app_id"]
isOneToOne: false
      referencedRelation: "generated_apps"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_backup_id_fkey"
      columns: ["tenant_id","backup_id"]
isOneToOne: false
      referencedRelation: "app_backups"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_confirmed_by_fkey"
      columns: ["tenant_id","confirmed_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_database_id_fkey"
      columns: ["tenant_id","database_id"]
isOneToOne: false
      referencedRelation: "app_databases"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_from_revision_id_fkey"
      columns: ["tenant_id","from_revision_id"]
isOneToOne: false
      referencedRelation: "app_revisions"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_requested_by_fkey"
      columns: ["tenant_id","requested_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "app_changes_to_revision_id_fkey"
      columns: ["tenant_id","to_revision_id"]
isOneToOne: false
      referencedRelation: "app_revisions"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_changes_undoes_id_fkey"
      columns: ["tenant_id","undoes_id"]
isOneToOne: false
      referencedRelation: "app_changes"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"app_databases": {
                  Row: {
                    "app_id": string,"created_at": string,"database_name": string,"environment": string,"error_code": string | null,"error_detail": string | null,"host": string | null,"id": string,"max_bytes": number | null,"max_connections": number | null,"port": number | null,"ready_at": string | null,"receipt": Json | null,"removal_due_at": string | null,"removed_at": string | null,"revision_id": string | null,"role_name": string,"server_version": string | null,"size_bytes": number | null,"size_measured_at": string | null,"size_state": string,"size_state_at": string | null,"state": string,"tables_created": number | null,"tenant_id": string,"updated_at": string,"usage": Json | null
                  }
                  ComputedFields: never
                  Insert: {
                    "app_id": string,"created_at"?: string,"database_name": string,"environment": string,"error_code"?: string | null,"error_detail"?: string | null,"host"?: string | null,"id"?: string,"max_bytes"?: number | null,"max_connections"?: number | null,"port"?: number | null,"ready_at"?: string | null,"receipt"?: Json | null,"removal_due_at"?: string | null,"removed_at"?: string | null,"revision_id"?: string | null,"role_name": string,"server_version"?: string | null,"size_bytes"?: number | null,"size_measured_at"?: string | null,"size_state"?: string,"size_state_at"?: string | null,"state"?: string,"tables_created"?: number | null,"tenant_id": string,"updated_at"?: string,"usage"?: Json | null
                  }
                  Update: {
                    "app_id"?: string,"created_at"?: string,"database_name"?: string,"environment"?: string,"error_code"?: string | null,"error_detail"?: string | null,"host"?: string | null,"id"?: string,"max_bytes"?: number | null,"max_connections"?: number | null,"port"?: number | null,"ready_at"?: string | null,"receipt"?: Json | null,"removal_due_at"?: string | null,"removed_at"?: string | null,"revision_id"?: string | null,"role_name"?: string,"server_version"?: string | null,"size_bytes"?: number | null,"size_measured_at"?: string | null,"size_state"?: string,"size_state_at"?: string | null,"state"?: string,"tables_created"?: number | null,"tenant_id"?: string,"updated_at"?: string,"usage"?: Json | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "app_databases_app_id_fkey"
      columns: ["tenant_id","app_id"]
isOneToOne: false
      referencedRelation: "generated_apps"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_databases_revision_id_fkey"
      columns: ["tenant_id","revision_id"]
isOneToOne: false
      referencedRelation: "app_revisions"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_databases_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"app_operations": {
                  Row: {
                    "app_id": string,"arguments": NonNullable<Json>,"attempts": number,"created_at": string,"database_id": string,"due_at": string,"error_code": string | null,"error_detail": string | null,"finished_at": string | null,"id": string,"idempotency_key": string | null,"kind": string,"lease_owner": string | null,"lease_until": string | null,"progress": NonNullable<Json>,"requested_by": string | null,"result": Json | null,"started_at": string | null,"state": string,"step": string | null,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "app_id": string,"arguments"?: NonNullable<Json>,"attempts"?: number,"created_at"?: string,"database_id": string,"due_at"?: string,"error_code"?: string | null,"error_detail"?: string | null,"finished_at"?: string | null,"id"?: string,"idempotency_key"?: string | null,"kind": string,"lease_owner"?: string | null,"lease_until"?: string | null,"progress"?: NonNullable<Json>,"requested_by"?: string | null,"result"?: Json | null,"started_at"?: string | null,"state"?: string,"step"?: string | null,"tenant_id": string
                  }
                  Update: {
                    "app_id"?: string,"arguments"?: NonNullable<Json>,"attempts"?: number,"created_at"?: string,"database_id"?: string,"due_at"?: string,"error_code"?: string | null,"error_detail"?: string | null,"finished_at"?: string | null,"id"?: string,"idempotency_key"?: string | null,"kind"?: string,"lease_owner"?: string | null,"lease_until"?: string | null,"progress"?: NonNullable<Json>,"requested_by"?: string | null,"result"?: Json | null,"started_at"?: string | null,"state"?: string,"step"?: string | null,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "app_operations_app_id_fkey"
      columns: ["tenant_id","app_id"]
isOneToOne: false
      referencedRelation: "generated_apps"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_operations_database_id_fkey"
      columns: ["tenant_id","database_id"]
isOneToOne: false
      referencedRelation: "app_databases"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_operations_requested_by_fkey"
      columns: ["tenant_id","requested_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_operations_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"app_plans": {
                  Row: {
                    "max_apps": number | null,"max_bytes": number | null,"max_connections": number | null,"max_databases": number | null,"name": string
                  }
                  ComputedFields: never
                  Insert: {
                    "max_apps"?: number | null,"max_bytes"?: number | null,"max_connections"?: number | null,"max_databases"?: number | null,"name": string
                  }
                  Update: {
                    "max_apps"?: number | null,"max_bytes"?: number | null,"max_connections"?: number | null,"max_databases"?: number | null,"name"?: string
                  }
                  Relationships: [
                    
                  ]
                },"app_revisions": {
                  Row: {
                    "app_id": string,"created_at": string,"created_by": string | null,"id": string,"number": number,"report": NonNullable<Json>,"schema": NonNullable<Json>,"schema_digest": string | null,"source_digest": string,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "app_id": string,"created_at"?: string,"created_by"?: string | null,"id"?: string,"number": number,"report"?: NonNullable<Json>,"schema": NonNullable<Json>,"schema_digest"?: string | null,"source_digest": string,"tenant_id": string
                  }
                  Update: {
                    "app_id"?: string,"created_at"?: string,"created_by"?: string | null,"id"?: string,"number"?: number,"report"?: NonNullable<Json>,"schema"?: NonNullable<Json>,"schema_digest"?: string | null,"source_digest"?: string,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "app_revisions_app_id_fkey"
      columns: ["tenant_id","app_id"]
isOneToOne: false
      referencedRelation: "generated_apps"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_revisions_created_by_fkey"
      columns: ["tenant_id","created_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "app_revisions_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"audit_log": {
                  Row: {
                    "action": string,"actor_id": string | null,"actor_role": string,"after": Json | null,"at": string,"before": Json | null,"id": string,"object": string,"object_id": string | null,"request_id": string | null,"subject_id": string | null,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"actor_role": string,"after"?: Json | null,"at"?: string,"before"?: Json | null,"id"?: string,"object": string,"object_id"?: string | null,"request_id"?: string | null,"subject_id"?: string | null,"tenant_id": string
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"actor_role"?: string,"after"?: Json | null,"at"?: string,"before"?: Json | null,"id"?: string,"object"?: string,"object_id"?: string | null,"request_id"?: string | null,"subject_id"?: string | null,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "audit_log_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"configuration_suggestions": {
                  Row: {
                    "applied_changes": (number)[] | null,"applied_version": number | null,"base_version": number,"changes": NonNullable<Json>,"conversation_id": string | null,"created_at": string,"decided_at": string | null,"decided_by": string | null,"explanation": string,"fingerprint": string,"id": string,"inverse": Json | null,"patch": Json | null,"project_id": string,"reason": string | null,"refreshed_at": string | null,"rests_on": string,"status": string,"suspects": NonNullable<Json>,"tenant_id": string,"title": string,"turn_id": string | null,"type": string,"user_id": string | null,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "applied_changes"?: (number)[] | null,"applied_version"?: number | null,"base_version": number,"changes": NonNullable<Json>,"conversation_id"?: string | null,"created_at"?: string,"decided_at"?: string | null,"decided_by"?: string | null,"explanation": string,"fingerprint": string,"id"?: string,"inverse"?: Json | null,"patch"?: Json | null,"project_id": string,"reason"?: string | null,"refreshed_at"?: string | null,"rests_on": string,"status"?: string,"suspects"?: NonNullable<Json>,"tenant_id": string,"title": string,"turn_id"?: string | null,"type": string,"user_id"?: string | null,"version"?: number
                  }
                  Update: {
                    "applied_changes"?: (number)[] | null,"applied_version"?: number | null,"base_version"?: number,"changes"?: NonNullable<Json>,"conversation_id"?: string | null,"created_at"?: string,"decided_at"?: string | null,"decided_by"?: string | null,"explanation"?: string,"fingerprint"?: string,"id"?: string,"inverse"?: Json | null,"patch"?: Json | null,"project_id"?: string,"reason"?: string | null,"refreshed_at"?: string | null,"rests_on"?: string,"status"?: string,"suspects"?: NonNullable<Json>,"tenant_id"?: string,"title"?: string,"turn_id"?: string | null,"type"?: string,"user_id"?: string | null,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "configuration_suggestions_decided_by_fkey"
      columns: ["tenant_id","decided_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "configuration_suggestions_project_id_fkey"
      columns: ["tenant_id","project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "configuration_suggestions_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "configuration_suggestions_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"consents": {
                  Row: {
                    "given_at": string,"id": string,"tenant_id": string,"text_hash": string,"user_id": string,"version": string,"withdrawn_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "given_at"?: string,"id"?: string,"tenant_id"?: string,"text_hash": string,"user_id"?: string,"version": string,"withdrawn_at"?: string | null
                  }
                  Update: {
                    "given_at"?: string,"id"?: string,"tenant_id"?: string,"text_hash"?: string,"user_id"?: string,"version"?: string,"withdrawn_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "consents_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "consents_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"conversation_shares": {
                  Row: {
                    "conversation_id": string,"created_at": string,"expires_at": string | null,"has_password": boolean,"head_id": string | null,"id": string,"is_live": boolean,"may_continue": boolean,"revoked_at": string | null,"tenant_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "conversation_id": string,"created_at"?: string,"expires_at"?: string | null,"has_password"?: boolean,"head_id"?: string | null,"id"?: string,"is_live"?: boolean,"may_continue"?: boolean,"revoked_at"?: string | null,"tenant_id"?: string,"user_id"?: string
                  }
                  Update: {
                    "conversation_id"?: string,"created_at"?: string,"expires_at"?: string | null,"has_password"?: boolean,"head_id"?: string | null,"id"?: string,"is_live"?: boolean,"may_continue"?: boolean,"revoked_at"?: string | null,"tenant_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "conversation_shares_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "configuration_sessions"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "conversation_shares_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversation_overview"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "conversation_shares_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversations"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "conversation_shares_head_id_fkey"
      columns: ["tenant_id","head_id","conversation_id"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["tenant_id","id","conversation_id"]
    },{
      foreignKeyName: "conversation_shares_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"conversations": {
                  Row: {
                    "client_id": string | null,"context_type": string | null,"created_at": string,"deleted_at": string | null,"head_id": string | null,"id": string,"is_archived": boolean,"metadata": NonNullable<Json>,"project_id": string | null,"prompt_id": string | null,"prompt_text": string | null,"prompt_values": Json | null,"prompt_version": number | null,"status": string,"tenant_id": string,"title": string,"titled_by": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "client_id"?: string | null,"context_type"?: string | null,"created_at"?: string,"deleted_at"?: string | null,"head_id"?: string | null,"id"?: string,"is_archived"?: boolean,"metadata"?: NonNullable<Json>,"project_id"?: string | null,"prompt_id"?: string | null,"prompt_text"?: string | null,"prompt_values"?: Json | null,"prompt_version"?: number | null,"status": string,"tenant_id"?: string,"title"?: string,"titled_by": string,"updated_at"?: string,"user_id"?: string
                  }
                  Update: {
                    "client_id"?: string | null,"context_type"?: string | null,"created_at"?: string,"deleted_at"?: string | null,"head_id"?: string | null,"id"?: string,"is_archived"?: boolean,"metadata"?: NonNullable<Json>,"project_id"?: string | null,"prompt_id"?: string | null,"prompt_text"?: string | null,"prompt_values"?: Json | null,"prompt_version"?: number | null,"status"?: string,"tenant_id"?: string,"title"?: string,"titled_by"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "conversations_project_id_fkey"
      columns: ["tenant_id","project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "conversations_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "conversations_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"documentation_sections": {
                  Row: {
                    "anchor": string,"breadcrumb": (string)[],"content": string,"file": string,"heading": string,"id": string,"level": number,"loaded_at": string,"part": number,"position": number,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "anchor"?: string,"breadcrumb"?: (string)[],"content": string,"file": string,"heading"?: string,"id"?: string,"level"?: number,"loaded_at"?: string,"part"?: number,"position"?: number,"tenant_id": string
                  }
                  Update: {
                    "anchor"?: string,"breadcrumb"?: (string)[],"content"?: string,"file"?: string,"heading"?: string,"id"?: string,"level"?: number,"loaded_at"?: string,"part"?: number,"position"?: number,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "documentation_sections_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"feedback": {
                  Row: {
                    "comment": string | null,"created_at": string,"id": string,"message_id": string,"rating": number,"tenant_id": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "comment"?: string | null,"created_at"?: string,"id"?: string,"message_id": string,"rating": number,"tenant_id"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Update: {
                    "comment"?: string | null,"created_at"?: string,"id"?: string,"message_id"?: string,"rating"?: number,"tenant_id"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "feedback_message_id_fkey"
      columns: ["tenant_id","message_id"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "feedback_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "feedback_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"generated_app_files": {
                  Row: {
                    "app_id": string,"bytes": number,"content": string,"path": string,"tenant_id": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "app_id": string,"bytes"?: number,"content": string,"path": string,"tenant_id"?: string,"updated_at"?: string
                  }
                  Update: {
                    "app_id"?: string,"bytes"?: number,"content"?: string,"path"?: string,"tenant_id"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "generated_app_files_app_id_fkey"
      columns: ["tenant_id","app_id"]
isOneToOne: false
      referencedRelation: "generated_apps"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "generated_app_files_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"generated_apps": {
                  Row: {
                    "byte_count": number,"created_at": string,"description": string | null,"file_count": number,"id": string,"name": string,"owner_id": string | null,"tenant_id": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "byte_count"?: number,"created_at"?: string,"description"?: string | null,"file_count"?: number,"id"?: string,"name": string,"owner_id"?: string | null,"tenant_id"?: string,"updated_at"?: string
                  }
                  Update: {
                    "byte_count"?: number,"created_at"?: string,"description"?: string | null,"file_count"?: number,"id"?: string,"name"?: string,"owner_id"?: string | null,"tenant_id"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "generated_apps_owner_id_fkey"
      columns: ["tenant_id","owner_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "generated_apps_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"legal_holds": {
                  Row: {
                    "id": string,"placed_at": string,"placed_by": string | null,"reason": string,"released_at": string | null,"tenant_id": string,"user_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "id"?: string,"placed_at"?: string,"placed_by"?: string | null,"reason": string,"released_at"?: string | null,"tenant_id"?: string,"user_id"?: string | null
                  }
                  Update: {
                    "id"?: string,"placed_at"?: string,"placed_by"?: string | null,"reason"?: string,"released_at"?: string | null,"tenant_id"?: string,"user_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "legal_holds_placed_by_fkey"
      columns: ["tenant_id","placed_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "legal_holds_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "legal_holds_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"messages": {
                  Row: {
                    "client_id": string | null,"content": string,"conversation_id": string,"cost": number | null,"created_at": string,"id": string,"latency_ms": number | null,"metadata": NonNullable<Json>,"model_used": string | null,"parent_id": string | null,"parts": Json | null,"provider_message_id": string | null,"role": string,"tenant_id": string,"token_count": number | null,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "client_id"?: string | null,"content": string,"conversation_id": string,"cost"?: number | null,"created_at"?: string,"id"?: string,"latency_ms"?: number | null,"metadata"?: NonNullable<Json>,"model_used"?: string | null,"parent_id"?: string | null,"parts"?: Json | null,"provider_message_id"?: string | null,"role"?: string,"tenant_id"?: string,"token_count"?: number | null,"user_id"?: string
                  }
                  Update: {
                    "client_id"?: string | null,"content"?: string,"conversation_id"?: string,"cost"?: number | null,"created_at"?: string,"id"?: string,"latency_ms"?: number | null,"metadata"?: NonNullable<Json>,"model_used"?: string | null,"parent_id"?: string | null,"parts"?: Json | null,"provider_message_id"?: string | null,"role"?: string,"tenant_id"?: string,"token_count"?: number | null,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "messages_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "configuration_sessions"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "messages_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversation_overview"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "messages_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversations"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "messages_parent_id_fkey"
      columns: ["tenant_id","parent_id","conversation_id"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["tenant_id","id","conversation_id"]
    },{
      foreignKeyName: "messages_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"project_members": {
                  Row: {
                    "access": string,"created_at": string,"project_id": string,"tenant_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "access"?: string,"created_at"?: string,"project_id": string,"tenant_id"?: string,"user_id": string
                  }
                  Update: {
                    "access"?: string,"created_at"?: string,"project_id"?: string,"tenant_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "project_members_project_id_fkey"
      columns: ["tenant_id","project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "project_members_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "project_members_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"project_revisions": {
                  Row: {
                    "cause": string,"configuration": Json | null,"created_at": string,"id": string,"project_id": string,"side": string,"suggestion_id": string | null,"tenant_id": string,"user_id": string | null,"user_name": string | null,"version": number,"yaml": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "cause": string,"configuration"?: Json | null,"created_at"?: string,"id"?: string,"project_id": string,"side": string,"suggestion_id"?: string | null,"tenant_id": string,"user_id"?: string | null,"user_name"?: string | null,"version": number,"yaml"?: string | null
                  }
                  Update: {
                    "cause"?: string,"configuration"?: Json | null,"created_at"?: string,"id"?: string,"project_id"?: string,"side"?: string,"suggestion_id"?: string | null,"tenant_id"?: string,"user_id"?: string | null,"user_name"?: string | null,"version"?: number,"yaml"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "project_revisions_project_id_fkey"
      columns: ["tenant_id","project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "project_revisions_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "project_revisions_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"projects": {
                  Row: {
                    "configuration": NonNullable<Json>,"configuration_version": number,"created_at": string,"description": string | null,"id": string,"name": string,"owner_id": string | null,"secret_paths": (string)[],"slug": string,"synced_at": string | null,"synced_by": string | null,"synced_configuration": Json | null,"synced_yaml": string | null,"tenant_id": string,"updated_at": string,"yaml": string | null,"yaml_file": string,"yaml_version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "configuration"?: NonNullable<Json>,"configuration_version"?: number,"created_at"?: string,"description"?: string | null,"id"?: string,"name": string,"owner_id"?: string | null,"secret_paths"?: (string)[],"slug": string,"synced_at"?: string | null,"synced_by"?: string | null,"synced_configuration"?: Json | null,"synced_yaml"?: string | null,"tenant_id"?: string,"updated_at"?: string,"yaml"?: string | null,"yaml_file"?: string,"yaml_version"?: number
                  }
                  Update: {
                    "configuration"?: NonNullable<Json>,"configuration_version"?: number,"created_at"?: string,"description"?: string | null,"id"?: string,"name"?: string,"owner_id"?: string | null,"secret_paths"?: (string)[],"slug"?: string,"synced_at"?: string | null,"synced_by"?: string | null,"synced_configuration"?: Json | null,"synced_yaml"?: string | null,"tenant_id"?: string,"updated_at"?: string,"yaml"?: string | null,"yaml_file"?: string,"yaml_version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "projects_owner_id_fkey"
      columns: ["tenant_id","owner_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "projects_synced_by_fkey"
      columns: ["tenant_id","synced_by"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "projects_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"prompt_publishers": {
                  Row: {
                    "created_at": string,"prompt_id": string,"tenant_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"prompt_id": string,"tenant_id": string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"prompt_id"?: string,"tenant_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "prompt_publishers_prompt_id_fkey"
      columns: ["tenant_id","prompt_id"]
isOneToOne: true
      referencedRelation: "prompts"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "prompt_publishers_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "prompt_publishers_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"prompt_versions": {
                  Row: {
                    "created_at": string,"is_public": boolean,"prompt_id": string,"tenant_id": string,"text": string,"variables": NonNullable<Json>,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"is_public": boolean,"prompt_id": string,"tenant_id": string,"text": string,"variables": NonNullable<Json>,"version": number
                  }
                  Update: {
                    "created_at"?: string,"is_public"?: boolean,"prompt_id"?: string,"tenant_id"?: string,"text"?: string,"variables"?: NonNullable<Json>,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "prompt_versions_prompt_id_fkey"
      columns: ["tenant_id","prompt_id"]
isOneToOne: false
      referencedRelation: "prompts"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "prompt_versions_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"prompts": {
                  Row: {
                    "category": string | null,"created_at": string,"description": string | null,"id": string,"name": string,"tags": (string)[],"tenant_id": string,"text": string,"updated_at": string,"user_id": string | null,"variables": NonNullable<Json>,"version": number,"visibility": string
                  }
                  ComputedFields: never
                  Insert: {
                    "category"?: string | null,"created_at"?: string,"description"?: string | null,"id"?: string,"name": string,"tags"?: (string)[],"tenant_id"?: string,"text": string,"updated_at"?: string,"user_id"?: string | null,"variables"?: NonNullable<Json>,"version"?: number,"visibility"?: string
                  }
                  Update: {
                    "category"?: string | null,"created_at"?: string,"description"?: string | null,"id"?: string,"name"?: string,"tags"?: (string)[],"tenant_id"?: string,"text"?: string,"updated_at"?: string,"user_id"?: string | null,"variables"?: NonNullable<Json>,"version"?: number,"visibility"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "prompts_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "prompts_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"tenants": {
                  Row: {
                    "app_plan": string,"app_plan_limits": NonNullable<Json>,"branding": NonNullable<Json>,"configuration_schema": NonNullable<Json>,"consent_text": string | null,"consent_version": string | null,"created_at": string,"daily_token_limit": number | null,"deletion_grace_days": number,"encrypts_messages": boolean,"features": NonNullable<Json>,"id": string,"is_active": boolean,"llm_model": string | null,"llm_provider": string | null,"max_tokens": number | null,"name": string,"rate_limit_per_minute": number,"response_cache_seconds": number | null,"retention_days": number | null,"search_language": string,"slug": string,"system_prompt": string | null,"temperature": number | null,"tools": NonNullable<Json>,"updated_at": string,"user_daily_token_limit": number | null,"user_rate_limit_per_minute": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "app_plan"?: string,"app_plan_limits"?: NonNullable<Json>,"branding"?: NonNullable<Json>,"configuration_schema"?: NonNullable<Json>,"consent_text"?: string | null,"consent_version"?: string | null,"created_at"?: string,"daily_token_limit"?: number | null,"deletion_grace_days"?: number,"encrypts_messages"?: boolean,"features"?: NonNullable<Json>,"id"?: string,"is_active"?: boolean,"llm_model"?: string | null,"llm_provider"?: string | null,"max_tokens"?: number | null,"name": string,"rate_limit_per_minute"?: number,"response_cache_seconds"?: number | null,"retention_days"?: number | null,"search_language"?: string,"slug": string,"system_prompt"?: string | null,"temperature"?: number | null,"tools"?: NonNullable<Json>,"updated_at"?: string,"user_daily_token_limit"?: number | null,"user_rate_limit_per_minute"?: number | null
                  }
                  Update: {
                    "app_plan"?: string,"app_plan_limits"?: NonNullable<Json>,"branding"?: NonNullable<Json>,"configuration_schema"?: NonNullable<Json>,"consent_text"?: string | null,"consent_version"?: string | null,"created_at"?: string,"daily_token_limit"?: number | null,"deletion_grace_days"?: number,"encrypts_messages"?: boolean,"features"?: NonNullable<Json>,"id"?: string,"is_active"?: boolean,"llm_model"?: string | null,"llm_provider"?: string | null,"max_tokens"?: number | null,"name"?: string,"rate_limit_per_minute"?: number,"response_cache_seconds"?: number | null,"retention_days"?: number | null,"search_language"?: string,"slug"?: string,"system_prompt"?: string | null,"temperature"?: number | null,"tools"?: NonNullable<Json>,"updated_at"?: string,"user_daily_token_limit"?: number | null,"user_rate_limit_per_minute"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "tenants_app_plan_fkey"
      columns: ["app_plan"]
isOneToOne: false
      referencedRelation: "app_plans"
      referencedColumns: ["name"]
    }
                  ]
                },"turns": {
                  Row: {
                    "answer_id": string | null,"conversation_id": string,"dialect": string | null,"error_code": string | null,"finish_reason": string | null,"finished_at": string | null,"id": string,"latency_ms": number | null,"provider_message_id": string | null,"question_id": string | null,"response_id": string | null,"started_at": string,"status": string,"tenant_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "answer_id"?: string | null,"conversation_id": string,"dialect"?: string | null,"error_code"?: string | null,"finish_reason"?: string | null,"finished_at"?: string | null,"id"?: string,"latency_ms"?: number | null,"provider_message_id"?: string | null,"question_id"?: string | null,"response_id"?: string | null,"started_at"?: string,"status"?: string,"tenant_id": string,"user_id": string
                  }
                  Update: {
                    "answer_id"?: string | null,"conversation_id"?: string,"dialect"?: string | null,"error_code"?: string | null,"finish_reason"?: string | null,"finished_at"?: string | null,"id"?: string,"latency_ms"?: number | null,"provider_message_id"?: string | null,"question_id"?: string | null,"response_id"?: string | null,"started_at"?: string,"status"?: string,"tenant_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "turns_answer_id_fkey"
      columns: ["tenant_id","answer_id"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "turns_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "configuration_sessions"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "turns_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversation_overview"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "turns_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversations"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "turns_question_id_fkey"
      columns: ["tenant_id","question_id"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "turns_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "turns_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"usage_ledger": {
                  Row: {
                    "cached_tokens": number,"completion_tokens": number,"conversation_id": string | null,"cost": number,"created_at": string,"day": string,"from_cache": boolean,"id": string,"model": string | null,"price_id": string | null,"prompt_id": string | null,"prompt_tokens": number,"prompt_version": number | null,"provider": string | null,"reasoning_tokens": number,"request_count": number,"tenant_id": string,"tokens_estimated": boolean,"user_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "cached_tokens"?: number,"completion_tokens": number,"conversation_id"?: string | null,"cost"?: number,"created_at"?: string,"day"?: string,"from_cache"?: boolean,"id"?: string,"model"?: string | null,"price_id"?: string | null,"prompt_id"?: string | null,"prompt_tokens": number,"prompt_version"?: number | null,"provider"?: string | null,"reasoning_tokens"?: number,"request_count"?: number,"tenant_id": string,"tokens_estimated"?: boolean,"user_id"?: string | null
                  }
                  Update: {
                    "cached_tokens"?: number,"completion_tokens"?: number,"conversation_id"?: string | null,"cost"?: number,"created_at"?: string,"day"?: string,"from_cache"?: boolean,"id"?: string,"model"?: string | null,"price_id"?: string | null,"prompt_id"?: string | null,"prompt_tokens"?: number,"prompt_version"?: number | null,"provider"?: string | null,"reasoning_tokens"?: number,"request_count"?: number,"tenant_id"?: string,"tokens_estimated"?: boolean,"user_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "usage_ledger_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "usage_ledger_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"usage_metrics": {
                  Row: {
                    "completion_tokens": number,"created_at": string,"day": string,"estimated_cost": number,"prompt_tokens": number,"request_count": number,"tenant_id": string,"total_tokens": number,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "completion_tokens"?: number,"created_at"?: string,"day"?: string,"estimated_cost"?: number,"prompt_tokens"?: number,"request_count"?: number,"tenant_id": string,"total_tokens"?: number,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "completion_tokens"?: number,"created_at"?: string,"day"?: string,"estimated_cost"?: number,"prompt_tokens"?: number,"request_count"?: number,"tenant_id"?: string,"total_tokens"?: number,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "usage_metrics_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "usage_metrics_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"users": {
                  Row: {
                    "auth_id": string | null,"created_at": string,"email": string,"id": string,"is_active": boolean,"joined_at": string | null,"last_active_at": string | null,"name": string | null,"preferences": NonNullable<Json>,"role": string,"tenant_id": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "auth_id"?: string | null,"created_at"?: string,"email": string,"id"?: string,"is_active"?: boolean,"joined_at"?: string | null,"last_active_at"?: string | null,"name"?: string | null,"preferences"?: NonNullable<Json>,"role"?: string,"tenant_id"?: string,"updated_at"?: string
                  }
                  Update: {
                    "auth_id"?: string | null,"created_at"?: string,"email"?: string,"id"?: string,"is_active"?: boolean,"joined_at"?: string | null,"last_active_at"?: string | null,"name"?: string | null,"preferences"?: NonNullable<Json>,"role"?: string,"tenant_id"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "users_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Views: {
            "configuration_sessions": {
                  Row: {
                    "context_type": string | null,"created_at": string,"id": string,"newest_message": Json | null,"project_id": string | null,"project_name": string | null,"project_slug": string | null,"tenant_id": string,"title": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "conversations_project_id_fkey"
      columns: ["tenant_id","project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "conversations_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "conversations_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"conversation_overview": {
                  Row: {
                    "client_id": string | null,"context_type": string | null,"cost": number | null,"created_at": string,"deleted_at": string | null,"head_id": string | null,"id": string,"is_archived": boolean,"last_message_at": string | null,"message_count": number | null,"metadata": NonNullable<Json>,"model": string | null,"project_id": string | null,"prompt_id": string | null,"prompt_text": string | null,"prompt_values": Json | null,"prompt_version": number | null,"provider": string | null,"restorable_until": string | null,"status": string,"tenant_id": string,"title": string,"titled_by": string,"total_tokens": number | null,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                           "client_id"?: string | null,"context_type"?: string | null,"cost"?: never,"created_at"?: string | null,"deleted_at"?: string | null,"head_id"?: string | null,"id"?: string | null,"is_archived"?: boolean | null,"last_message_at"?: never,"message_count"?: never,"metadata"?: Json | null,"model"?: never,"project_id"?: string | null,"prompt_id"?: string | null,"prompt_text"?: string | null,"prompt_values"?: Json | null,"prompt_version"?: number | null,"provider"?: never,"restorable_until"?: never,"status"?: string | null,"tenant_id"?: string | null,"title"?: string | null,"titled_by"?: string | null,"total_tokens"?: never,"updated_at"?: string | null,"user_id"?: string | null
                         }
                        Update: {
                           "client_id"?: string | null,"context_type"?: string | null,"cost"?: never,"created_at"?: string | null,"deleted_at"?: string | null,"head_id"?: string | null,"id"?: string | null,"is_archived"?: boolean | null,"last_message_at"?: never,"message_count"?: never,"metadata"?: Json | null,"model"?: never,"project_id"?: string | null,"prompt_id"?: string | null,"prompt_text"?: string | null,"prompt_values"?: Json | null,"prompt_version"?: number | null,"provider"?: never,"restorable_until"?: never,"status"?: string | null,"tenant_id"?: string | null,"title"?: string | null,"titled_by"?: string | null,"total_tokens"?: never,"updated_at"?: string | null,"user_id"?: string | null
                         }
                        Relationships: [
                    {
      foreignKeyName: "conversations_project_id_fkey"
      columns: ["tenant_id","project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "conversations_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "conversations_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"conversation_share_views": {
                  Row: {
                    "conversation_id": string,"last_viewed_at": string | null,"share_id": string,"tenant_id": string,"user_id": string,"views": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "conversation_shares_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "configuration_sessions"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "conversation_shares_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversation_overview"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "conversation_shares_conversation_id_fkey"
      columns: ["tenant_id","conversation_id","user_id"]
isOneToOne: false
      referencedRelation: "conversations"
      referencedColumns: ["tenant_id","id","user_id"]
    },{
      foreignKeyName: "conversation_shares_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"current_day_usage": {
                  Row: {
                    "completion_tokens": number,"day": string,"estimated_cost": number,"prompt_tokens": number,"request_count": number,"tenant_id": string,"total_tokens": number,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                           "completion_tokens"?: number | null,"day"?: string | null,"estimated_cost"?: number | null,"prompt_tokens"?: number | null,"request_count"?: number | null,"tenant_id"?: string | null,"total_tokens"?: number | null,"updated_at"?: string | null,"user_id"?: string | null
                         }
                        Update: {
                           "completion_tokens"?: number | null,"day"?: string | null,"estimated_cost"?: number | null,"prompt_tokens"?: number | null,"request_count"?: number | null,"tenant_id"?: string | null,"total_tokens"?: number | null,"updated_at"?: string | null,"user_id"?: string | null
                         }
                        Relationships: [
                    {
      foreignKeyName: "usage_metrics_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "usage_metrics_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"feedback_by_model": {
                  Row: {
                    "comment_count": number | null,"model": string | null,"month": string | null,"negative_count": number | null,"positive_count": number | null,"tenant_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"feedback_by_prompt": {
                  Row: {
                    "comment_count": number | null,"month": string | null,"negative_count": number | null,"positive_count": number | null,"prompt_id": string | null,"prompt_version": number | null,"tenant_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"message_feedback_summary": {
                  Row: {
                    "comment_count": number | null,"feedback_count": number | null,"last_feedback_at": string | null,"message_id": string,"negative_count": number | null,"positive_count": number | null,"refreshed_at": string | null,"tenant_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "feedback_message_id_fkey"
      columns: ["tenant_id","message_id"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["tenant_id","id"]
    },{
      foreignKeyName: "feedback_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"monthly_usage_summary": {
                  Row: {
                    "completion_tokens": number | null,"estimated_cost": number | null,"month": string | null,"prompt_tokens": number | null,"refreshed_at": string | null,"request_count": number | null,"tenant_id": string | null,"total_tokens": number | null,"user_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"my_invitations": {
                  Row: {
                    "invited_at": string | null,"role": string | null,"tenant_id": string | null,"tenant_name": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"prompt_usage": {
                  Row: {
                    "prompt_id": string | null,"tenant_id": string | null,"uses": number | null,"version": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_by_conversation": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"conversation_id": string | null,"cost": number | null,"estimated_requests": number | null,"last_used_at": string | null,"prompt_tokens": number | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string,"total_tokens": number | null,"user_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "usage_ledger_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "usage_ledger_user_id_fkey"
      columns: ["tenant_id","user_id"]
isOneToOne: false
      referencedRelation: "users"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"usage_by_day": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"cost": number | null,"day": string | null,"estimated_requests": number | null,"prompt_tokens": number | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string | null,"total_tokens": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_by_model": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"cost": number | null,"day": string | null,"estimated_requests": number | null,"model": string | null,"prompt_tokens": number | null,"provider": string | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string | null,"total_tokens": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_by_month": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"cost": number | null,"estimated_requests": number | null,"month": string | null,"prompt_tokens": number | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string | null,"total_tokens": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_by_person": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"cost": number | null,"day": string | null,"estimated_requests": number | null,"prompt_tokens": number | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string | null,"total_tokens": number | null,"user_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_by_prompt": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"cost": number | null,"day": string | null,"estimated_requests": number | null,"prompt_id": string | null,"prompt_tokens": number | null,"prompt_version": number | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string | null,"total_tokens": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_details": {
                  Row: {
                    "cached_requests": number | null,"cached_tokens": number | null,"completion_tokens": number | null,"cost": number | null,"day": string | null,"estimated_requests": number | null,"model": string | null,"prompt_id": string | null,"prompt_tokens": number | null,"prompt_version": number | null,"provider": string | null,"reasoning_tokens": number | null,"requests": number | null,"tenant_id": string | null,"total_tokens": number | null,"user_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"usage_forecast": {
                  Row: {
                    "cost_this_month": number | null,"cost_today": number | null,"daily_limit": number | null,"expected_cost_this_month": number | null,"expected_cost_today": number | null,"expected_tokens_this_month": number | null,"expected_tokens_today": number | null,"limit_reached_at": string | null,"scope": string | null,"share_used": number | null,"tenant_id": string | null,"tokens_this_month": number | null,"tokens_today": number | null,"user_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                }
          }
          Functions: {
            "accept_invitation":
{ Args: { "p_tenant_id": string }; Returns: {
              "auth_id": string | null,
"created_at": string,
"email": string,
"id": string,
"is_active": boolean,
"joined_at": string | null,
"last_active_at": string | null,
"name": string | null,
"preferences": NonNullable<Json>,
"role": string,
"tenant_id": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "users"
        isOneToOne: true
        isSetofReturn: false
      } },
"accept_suggestion":
{ Args: { "p_changes"?: (number)[],"p_confirmed"?: (number)[],"p_suggestion_id": string,"p_version"?: number }; Returns: Json
                           },
"archive_conversation":
{ Args: { "p_id": string }; Returns: {
              "client_id": string | null,
"context_type": string | null,
"created_at": string,
"deleted_at": string | null,
"head_id": string | null,
"id": string,
"is_archived": boolean,
"metadata": NonNullable<Json>,
"project_id": string | null,
"prompt_id": string | null,
"prompt_text": string | null,
"prompt_values": Json | null,
"prompt_version": number | null,
"status": string,
"tenant_id": string,
"title": string,
"titled_by": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "conversations"
        isOneToOne: true
        isSetofReturn: false
      } },
"chat_messages":
{ Args: { "p_chat": string }; Returns: {
              "client_id": string,"content": string,"created_at": string,"id": string,"metadata": Json,"parent_id": string,"parts": Json,"role": string
            }[]
                           },
"continue_share":
{ Args: { "p_password"?: string,"p_token": string }; Returns: Json
                           },
"delete_conversation":
{ Args: { "p_id": string }; Returns: {
              "client_id": string | null,
"context_type": string | null,
"created_at": string,
"deleted_at": string | null,
"head_id": string | null,
"id": string,
"is_archived": boolean,
"metadata": NonNullable<Json>,
"project_id": string | null,
"prompt_id": string | null,
"prompt_text": string | null,
"prompt_values": Json | null,
"prompt_version": number | null,
"status": string,
"tenant_id": string,
"title": string,
"titled_by": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "conversations"
        isOneToOne: true
        isSetofReturn: false
      } },
"export_my_data":
{ Args: { "p_after"?: string,"p_limit"?: number }; Returns: Json[]
                           },
"fill_prompt":
{ Args: { "p_prompt_id": string,"p_values"?: Json,"p_version"?: number }; Returns: string
                           },
"give_consent":
{ Args: { "p_version": string }; Returns: {
              "given_at": string,
"id": string,
"tenant_id": string,
"text_hash": string,
"user_id": string,
"version": string,
"withdrawn_at": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "consents"
        isOneToOne: true
        isSetofReturn: false
      } },
"increment_usage_metrics":
{ Args: { "p_completion_tokens": number,"p_estimated_cost"?: number,"p_prompt_tokens": number,"p_request_count"?: number,"p_tenant_id": string,"p_user_id": string }; Returns: {
              "completion_tokens": number,
"created_at": string,
"day": string,
"estimated_cost": number,
"prompt_tokens": number,
"request_count": number,
"tenant_id": string,
"total_tokens": number,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "usage_metrics"
        isOneToOne: true
        isSetofReturn: false
      } },
"mark_project_synced":
{ Args: { "p_configuration_version": number,"p_project_id": string,"p_yaml_version": number }; Returns: {
              "configuration": NonNullable<Json>,
"configuration_version": number,
"created_at": string,
"description": string | null,
"id": string,
"name": string,
"owner_id": string | null,
"secret_paths": (string)[],
"slug": string,
"synced_at": string | null,
"synced_by": string | null,
"synced_configuration": Json | null,
"synced_yaml": string | null,
"tenant_id": string,
"updated_at": string,
"yaml": string | null,
"yaml_file": string,
"yaml_version": number
            }
                          SetofOptions: {
        from: "*"
        to: "projects"
        isOneToOne: true
        isSetofReturn: false
      } },
"open_configuration_session":
{ Args: { "p_project_id"?: string }; Returns: {
              "client_id": string | null,
"context_type": string | null,
"created_at": string,
"deleted_at": string | null,
"head_id": string | null,
"id": string,
"is_archived": boolean,
"metadata": NonNullable<Json>,
"project_id": string | null,
"prompt_id": string | null,
"prompt_text": string | null,
"prompt_values": Json | null,
"prompt_version": number | null,
"status": string,
"tenant_id": string,
"title": string,
"titled_by": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "conversations"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_share":
{ Args: { "p_password"?: string,"p_token": string }; Returns: Json
                           },
"reject_suggestion":
{ Args: { "p_reason"?: string,"p_suggestion_id": string }; Returns: Json
                           },
"request_erasure":
{ Args: { "p_user_id"?: string }; Returns: {
              "requested_at": string,"state": string
            }[]
                           },
"restore_conversation":
{ Args: { "p_id": string }; Returns: {
              "client_id": string | null,
"context_type": string | null,
"created_at": string,
"deleted_at": string | null,
"head_id": string | null,
"id": string,
"is_archived": boolean,
"metadata": NonNullable<Json>,
"project_id": string | null,
"prompt_id": string | null,
"prompt_text": string | null,
"prompt_values": Json | null,
"prompt_version": number | null,
"status": string,
"tenant_id": string,
"title": string,
"titled_by": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "conversations"
        isOneToOne: true
        isSetofReturn: false
      } },
"revoke_share":
{ Args: { "p_share_id": string }; Returns: {
              "conversation_id": string,
"created_at": string,
"expires_at": string | null,
"has_password": boolean,
"head_id": string | null,
"id": string,
"is_live": boolean,
"may_continue": boolean,
"revoked_at": string | null,
"tenant_id": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "conversation_shares"
        isOneToOne: true
        isSetofReturn: false
      } },
"search_conversations":
{ Args: { "p_conversation_id"?: string,"p_cursor"?: string,"p_from"?: string,"p_limit"?: number,"p_model"?: string,"p_order"?: string,"p_query": string,"p_role"?: string,"p_status"?: string,"p_to"?: string,"p_user_id"?: string }; Returns: {
              "conversation_id": string,"created_at": string,"kind": string,"message_id": string,"next_cursor": string,"rank": number,"role": string,"snippet": string,"title": string
            }[]
                           },
"search_documentation":
{ Args: { "p_limit"?: number,"p_query": string }; Returns: {
              "anchor": string,"breadcrumb": (string)[],"content": string,"file": string,"heading": string,"rank": number,"snippet": string
            }[]
                           },
"share_conversation":
{ Args: { "p_conversation_id": string,"p_expires_at"?: string,"p_is_live"?: boolean,"p_may_continue"?: boolean,"p_password"?: string }; Returns: Record<string, unknown>
                           },
"start_conversation":
{ Args: { "p_prompt_id": string,"p_title"?: string,"p_values"?: Json,"p_version"?: number }; Returns: {
              "client_id": string | null,
"context_type": string | null,
"created_at": string,
"deleted_at": string | null,
"head_id": string | null,
"id": string,
"is_archived": boolean,
"metadata": NonNullable<Json>,
"project_id": string | null,
"prompt_id": string | null,
"prompt_text": string | null,
"prompt_values": Json | null,
"prompt_version": number | null,
"status": string,
"tenant_id": string,
"title": string,
"titled_by": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "conversations"
        isOneToOne: true
        isSetofReturn: false
      } },
"ui_messages":
{ Args: { "p_chat": string }; Returns: Json
                           },
"undo_suggestion":
{ Args: { "p_suggestion_id": string }; Returns: Json
                           },
"usage_totals":
{ Args: { "p_by"?: (string)[],"p_from"?: string,"p_to"?: string }; Returns: {
              "cached_requests": number,"cached_tokens": number,"completion_tokens": number,"cost": number,"day": string,"estimated_requests": number,"model": string,"month": string,"prompt_id": string,"prompt_tokens": number,"prompt_version": number,"provider": string,"reasoning_tokens": number,"requests": number,"tenant_id": string,"total_tokens": number,"user_id": string
            }[]
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
