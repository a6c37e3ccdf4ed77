import axios from 'axios';
import type { ApiResponse, Order, Product, User } from '../types';

const client = axios.create({ baseURL: '/api' });

export const getProducts = () => client.get<ApiResponse<Product[]>>('/products').then(r => r.data.data);
export const getProduct = (id: string) => client.get<Product>(`/products/${id}`);
export const createOrder = (order: Omit<Order, 'id' | 'createdAt'>) => client.post<Order>('/orders', order);
export const getOrders = (userId: string) => client.get<Order[]>(`/users/${userId}/orders`);
export const login = (email: string, password: string) => client.post<User>('/auth/login', { email, password });
