import axios from 'axios';

export const http = axios.create({ baseURL: import.meta.env.VITE_API_URL ?? '/api/v1', timeout: 10_000 });

http.interceptors.response.use(
  (response) => response,
  (error) => Promise.reject(error.response?.data ?? error),
);
