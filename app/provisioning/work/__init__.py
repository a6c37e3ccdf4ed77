"""Operations on apps' databases: who takes them on, and how each is done."""
