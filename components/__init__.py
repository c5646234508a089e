"""What pages share; the only folders that know Streamlit are this one and `pages/`."""
