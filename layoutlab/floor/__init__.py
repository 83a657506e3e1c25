"""The floor study: where should shelves stand? So that one can walk and the floor is used."""
