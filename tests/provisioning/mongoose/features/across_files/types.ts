export enum Role { Reader = 'reader', Writer = 'writer' }
